// Makes one file with Node in it for each system and processor, and packages around it; docs/install.md says what they contain.
// npm run package [-- --into FOLDER --version VERSION --only binary,deb,tarball,node --fast linux-x64 linux-arm64 …]
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { execPath, stderr } from 'node:process';
import { parseArgs } from 'node:util';
import { baseFor } from './package/base.ts';
import { byNode } from './package/by-node.ts';
import { byPkg } from './package/by-pkg.ts';
import { billOfMaterials, licences } from './package/contents.ts';
import { deb } from './package/debian/deb.ts';
import { releaseOf } from './package/release.ts';
import { tarball } from './package/tarball.ts';
import { isHere, nameOf, type Target, targetsFrom } from './package/target.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    into: { type: 'string', default: 'dist' },
    /** Another one than package.json has: for a release candidate, or to rehearse an upgrade. */
    version: { type: 'string' },
    only: { type: 'string', default: 'binary,deb,tarball,node' },
    /** Larger archives, in a fifth of the time. */
    fast: { type: 'boolean', default: false },
  },
});
const { into, fast } = values;
const kinds = new Set(values.only.split(','));
const strange = [...kinds].find((kind) => !['binary', 'deb', 'tarball', 'node'].includes(kind));
if (strange !== undefined) throw new Error(`--only ${strange}: there are binary, deb, tarball and node`);
const work = `${into}/package`;
const release = releaseOf(values.version);

async function binaryFor(target: Target, program: string): Promise<string> {
  const file = `${into}/sealbeat-${nameOf(target)}`;
  const order = { program, base: baseFor(target, work), output: `${work}/sealbeat-${nameOf(target)}` };
  await (isHere(target) ? byPkg(target, order) : byNode(order));
  renameSync(order.output, file); // a running one keeps the file that it has
  return file;
}

function told(file: string): string {
  const content = readFileSync(file);
  const digest = createHash('sha256').update(content).digest('hex');
  stderr.write(`${file}  ${content.length} bytes  sha256 ${digest}\n`);
  return `${digest}  ${file.slice(into.length + 1)}\n`;
}

function hasDpkg(): boolean {
  if (['/usr/bin/dpkg-deb', '/usr/local/bin/dpkg-deb'].some((path) => existsSync(path))) return true;
  stderr.write('note: dpkg-deb is not installed, so no .deb is made\n');
  return false;
}

function bundled(): string {
  if (into === 'dist' && values.version === undefined) return 'dist/sealbeat.cjs';
  const file = `${into}/sealbeat.cjs`;
  execFileSync(execPath, ['scripts/build.ts', file, release.version]);
  return file;
}

const targets = targetsFrom(positionals);
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
const bundle = bundled();
const sums: string[] = [];
// `node` is the archive for the system's own Node, and needs none of these.
for (const target of kinds.size === 1 && kinds.has('node') ? [] : targets) {
  const binary = await binaryFor(target, bundle);
  const name = nameOf(target);
  const order = { release, bundle, binary, folder: into, fast };
  sums.push(told(binary));
  if (kinds.has('deb') && target.platform === 'linux' && hasDpkg())
    sums.push(told(deb({ ...order, processor: target.arch, work })));
  if (kinds.has('tarball')) sums.push(told(tarball({ ...order, name })));
}
if (kinds.has('node')) sums.push(told(tarball({ name: 'node', release, bundle, folder: into, fast })));
rmSync(work, { recursive: true, force: true });
writeFileSync(`${into}/sealbeat.cyclonedx.json`, billOfMaterials());
writeFileSync(`${into}/sealbeat.licences.txt`, licences());
for (const name of ['sealbeat.cyclonedx.json', 'sealbeat.licences.txt']) sums.push(told(`${into}/${name}`));
writeFileSync(`${into}/SHA256SUMS`, sums.join(''));
