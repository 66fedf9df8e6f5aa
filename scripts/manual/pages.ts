import { commandsPage } from './commands-page.ts';
import { configPage } from './config-page.ts';

/** All pages, by the names of their files in docs/man. */
export const manualPages = async (): Promise<ReadonlyMap<string, string>> =>
  new Map([
    ['sealbeat.8', await commandsPage()],
    ['sealbeat.yaml.5', configPage()],
  ]);
