// Makes dist/sealbeat-SYSTEM-PROCESSOR, one file with Node in it, and beside it what is in there and under which licences.
// npm run package [-- linux-x64 linux-arm64 …]
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { stderr } from 'node:process';
import { baseFor } from './package/base.ts';
import { byNode } from './package/by-node.ts';
import { byPkg } from './package/by-pkg.ts';
import { billOfMaterials, licences } from './package/contents.ts';
import { isHere, nameOf, type Target, targetsFrom } from './package/target.ts';

const WORK = 'dist/package';

async function make(target: Target): Promise<string> {
  const file = `dist/sealbeat-${nameOf(target)}`;
  const order = {
    program: 'dist/sealbeat.cjs',
    base: baseFor(target, WORK),
    output: `${WORK}/sealbeat-${nameOf(target)}`,
  };
  await (isHere(target) ? byPkg(target, order) : byNode(order));
  renameSync(order.output, file); // a running one keeps the file that it has
  return file;
}

const targets = targetsFrom(process.argv.slice(2));
rmSync(WORK, { recursive: true, force: true });
for (const target of targets) {
  const file = await make(target);
  const content = readFileSync(file);
  const digest = createHash('sha256').update(content).digest('hex');
  stderr.write(`${file}  ${content.length} bytes  sha256 ${digest}\n`);
}
rmSync(WORK, { recursive: true, force: true });
writeFileSync('dist/sealbeat.cyclonedx.json', billOfMaterials());
writeFileSync('dist/sealbeat.licences.txt', licences());
stderr.write('dist/sealbeat.cyclonedx.json  dist/sealbeat.licences.txt\n');
