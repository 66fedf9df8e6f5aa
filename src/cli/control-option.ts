import { Option } from 'commander';
import { DEFAULT_CONTROL_PATH } from '../control/messages.ts';

export const controlOption = (): Option =>
  new Option('--control <socket>', "the daemon's control socket").default(DEFAULT_CONTROL_PATH);
