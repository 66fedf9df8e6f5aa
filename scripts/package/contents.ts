import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from 'node:process';
import { nodeLicence } from './base.ts';

/** A part of the binary, as CycloneDX describes it; npm says more than these. */
interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  name: string;
  readonly version: string;
  readonly purl?: string;
  readonly licenses?: readonly { readonly license: { readonly id?: string; readonly name?: string } }[];
}

/** CycloneDX 1.5, https://cyclonedx.org/docs/1.5/json/ */
interface BillOfMaterials {
  serialNumber?: string;
  readonly metadata: { timestamp?: string; readonly component: Component };
  components: readonly Component[];
  dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** Not versions of anything that is in there: interface numbers, and data that other parts bring. */
const NO_PARTS = new Set(['node', 'modules', 'napi', 'cldr', 'tz', 'unicode']);

/**
 * What is in the binary: our libraries as npm lists them, Node, and what Node lists as its own parts. Without the time and the
 * random number that npm adds, so that the same sources give the same list.
 */
export function billOfMaterials(): string {
  const words = ['sbom', '--sbom-format=cyclonedx', '--omit=dev', '--omit=optional', '--package-lock-only'];
  const bill = JSON.parse(execFileSync('npm', words, { encoding: 'utf8' })) as BillOfMaterials;
  delete bill.serialNumber;
  delete bill.metadata.timestamp;
  const program = bill.metadata.component;
  program.name = 'sealbeat'; // npm takes the folder's
  const node = nodeComponent();
  const parts = nodeParts();
  bill.components = [...bill.components, node, ...parts];
  const ofProgram = bill.dependencies.map((one) =>
    one.ref === program['bom-ref'] ? { ...one, dependsOn: [...one.dependsOn, node['bom-ref']] } : one,
  );
  bill.dependencies = [
    ...ofProgram,
    { ref: node['bom-ref'], dependsOn: parts.map((part) => part['bom-ref']) },
  ];
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}

function nodeComponent(): Component {
  const version = versions.node;
  const licenses = [{ license: { id: 'MIT' } }];
  const purl = `pkg:github/nodejs/node@v${version}`;
  return { 'bom-ref': `node@${version}`, type: 'platform', name: 'node', version, purl, licenses };
}

const nodeParts = (): readonly Component[] =>
  Object.entries(versions)
    .filter((entry): entry is [string, string] => !NO_PARTS.has(entry[0]) && entry[1] !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, version]) => ({ 'bom-ref': `node/${name}@${version}`, type: 'library', name, version }));

/** A part of the binary with the licence that it is passed on under. */
export interface LicensedPart {
  readonly name: string;
  readonly title: string;
  readonly licence: string;
  readonly text: string;
}

/** Of every part, whole, as they ask to be passed on; the first is our own. */
export function licensedParts(): readonly LicensedPart[] {
  const listed = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { version: string; license?: string; dev?: true; optional?: true }>;
  };
  const libraries = Object.entries(listed.packages)
    .filter(([path, { dev, optional }]) => path !== '' && dev !== true && optional !== true)
    .map(([path, { version, license = '' }]) => {
      const name = path.replace(/^.*node_modules\//, '');
      return { name, title: `${name} ${version} (${license})`, licence: license, text: licenceIn(path) };
    });
  const node = `Node.js ${versions.node}, and what it contains`;
  return [
    { name: 'sealbeat', title: 'sealbeat', licence: 'MIT', text: readFileSync('LICENSE', 'utf8') },
    ...libraries,
    { name: 'node', title: node, licence: 'Node.js', text: nodeLicence() },
  ];
}

export function licences(): string {
  const rule = '='.repeat(80);
  return licensedParts()
    .map(({ title, text }) => `${rule}\n${title}\n${rule}\n\n${text.trim()}\n`)
    .join('\n');
}

/** A package without one has said it in package.json alone. */
function licenceIn(path: string): string {
  const names = existsSync(path) ? readdirSync(path).toSorted() : [];
  const file = names.find((name) => /^(licen[cs]e|copying|unlicense)(\.|$)/i.test(name));
  return file === undefined ? 'See its package.json.' : readFileSync(join(path, file), 'utf8');
}
