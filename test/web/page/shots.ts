// Pictures of the page for people to look at: node test/web/page/shots.ts [FOLDER]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/system/clock.ts';
import { watchFor } from '../../lab/wait.ts';
import { openChromium, type Look } from './chromium.ts';
import { served, stage } from './stage.ts';
import { eventRecord, many, peace, trouble } from './views.ts';

const folder = process.argv[2] ?? 'page-shots';
mkdirSync(folder, { recursive: true });

const scenes = { peace, trouble, many: many() };
const looks: Readonly<Record<string, Look>> = {
  light: { width: 1200, height: 1000 },
  dark: { width: 1200, height: 1000, dark: true },
  phone: { width: 390, height: 1400 },
  'phone-dark': { width: 320, height: 1400, dark: true },
  forced: { width: 1200, height: 1000, forced: true },
};

const browser = await openChromium();
for (const [scene, view] of Object.entries(scenes)) {
  const theatre = stage(view, systemClock);
  const server = await served(theatre.port);
  const tab = await browser.tab();
  await tab.open(server.url);
  for (let beat = 0; beat < 24; beat += 1) {
    const peers = view.report.peers.map((peer) => ({
      ...peer,
      paths: peer.paths.map((path) => ({
        ...path,
        rttMs: path.rttMs === undefined ? undefined : path.rttMs * (1 + Math.random()),
      })),
    }));
    theatre.show({ ...view, report: { ...view.report, peers } });
    await watchFor(260);
    theatre.happen(eventRecord(beat));
  }
  for (const [name, look] of Object.entries(looks)) {
    await tab.look(look);
    writeFileSync(join(folder, `${scene}-${name}.png`), await tab.shot(scene !== 'many'));
  }
  await server.close();
  await watchFor(4_500);
  await tab.look(looks['dark']!);
  writeFileSync(join(folder, `${scene}-lost.png`), await tab.shot(scene !== 'many'));
  process.stdout.write(`${scene}: ${tab.complaints.join('\n')}\n`);
  await tab.close();
}
await browser.close();
