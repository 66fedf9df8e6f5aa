import { Option } from 'commander';
import { DEFAULT_CONTROL } from './options.ts';

export const controlOption = (): Option =>
  new Option('--control <socket>', "the daemon's control socket").default(DEFAULT_CONTROL);
