import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { networkdDropIn } from '../../src/service/systemd.ts';
import { billOfMaterials, licences } from './contents.ts';
import { type Entry, textEntry } from './entry.ts';

/** Where things go below the prefix; only Debian has its own places for completions. */
export interface Places {
  readonly zsh: string;
  readonly fish: string;
}

export const USUAL: Places = { zsh: 'share/zsh/site-functions', fish: 'share/fish/vendor_completions.d' };
export const DEBIAN: Places = { zsh: 'share/zsh/vendor-completions', fish: USUAL.fish };

const DOC = 'share/doc/sealbeat';
const EXAMPLES = `${DOC}/examples`;

/** What an operator may want to set beside what `sealbeat doctor` asks for; a sample, because other software shares these. */
const SYSCTLS = `# For /etc/sysctl.d/60-sealbeat.conf, where an interface of its own is not enough.
# A VIP with the length of its network takes the other addresses of the network with it otherwise.
net.ipv4.conf.all.promote_secondaries = 1
# The kernel announces an address by itself when it appears.
net.ipv4.conf.all.arp_notify = 1
net.ipv6.conf.all.ndisc_notify = 1
`;

/** All that every package has, but the program itself. `program` is a bundle that this Node can run. */
export function payload(program: string, { zsh, fish }: Places): readonly Entry[] {
  const file = (path: string, from: string, mode = 0o644): Entry => ({
    path,
    mode,
    content: readFileSync(from),
  });
  const completion = (shell: string): string =>
    execFileSync(execPath, [program, 'completion', shell], { encoding: 'utf8' });
  return [
    file('share/man/man8/sealbeat.8', 'docs/man/sealbeat.8'),
    file('share/man/man5/sealbeat.yaml.5', 'docs/man/sealbeat.yaml.5'),
    textEntry('share/bash-completion/completions/sealbeat', completion('bash')),
    textEntry(`${zsh}/_sealbeat`, completion('zsh')),
    textEntry(`${fish}/sealbeat.fish`, completion('fish')),
    file('share/sealbeat/sealbeat.schema.json', 'config/sealbeat.schema.json'),
    file(`${DOC}/README.md`, 'README.md'),
    file(`${DOC}/SECURITY.md`, 'SECURITY.md'),
    textEntry(`${DOC}/sealbeat.cyclonedx.json`, billOfMaterials()),
    textEntry(`${DOC}/licences.txt`, licences()),
    ...examples().map((path) =>
      file(`${EXAMPLES}/${path}`, join('config', path), path.endsWith('.sh') ? 0o755 : 0o644),
    ),
    textEntry(`${EXAMPLES}/networkd-drop-in.conf`, networkdDropIn()),
    textEntry(`${EXAMPLES}/sysctl.conf`, SYSCTLS),
  ];
}

const examples = (): readonly string[] =>
  readdirSync('config', { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join('config', path)).isFile() && path !== 'sealbeat.schema.json')
    .toSorted();
