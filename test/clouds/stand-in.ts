/*
 * A cloud's command line tool, as a program: STATE is a file with what the cloud remembers, and the name of the tool comes
 * first. What goes wrong with a call stands in STATE.fault, for the next call that changes something:
 * `fail`, `hang`, or `late`, which comes into effect when there is STATE.go, whatever becomes of this process.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { aws } from './aws.ts';
import type { CloudModel, CloudState } from './cloud-model.ts';
import { az, doctl, gcloud, hcloud, oci, openstack } from './other-clouds.ts';

const CLOUDS: readonly CloudModel[] = [aws, az, doctl, gcloud, hcloud, oci, openstack];
const [path = '', tool = '', ...words] = process.argv.slice(2);

function takeFault(): string {
  const changes = !/describe|list|show| get /.test(` ${words.join(' ')} `);
  if (!changes || !existsSync(`${path}.fault`)) return '';
  const text = readFileSync(`${path}.fault`, 'utf8').trim();
  rmSync(`${path}.fault`);
  return text;
}

function run(): void {
  const cloud = CLOUDS.find((one) => one.tool === tool);
  if (cloud === undefined) throw new Error(`no such tool: ${tool}`);
  const state = JSON.parse(readFileSync(path, 'utf8')) as CloudState;
  const { rc, stdout, stderr } = cloud.run(state, words);
  writeFileSync(`${path}.new`, JSON.stringify(state));
  renameSync(`${path}.new`, path);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = rc;
}

const fault = takeFault();
if (fault === 'fail') {
  process.stderr.write('RequestLimitExceeded\n');
  process.exitCode = 1;
} else if (fault === 'hang' || fault === 'late') {
  if (fault === 'late') {
    // A session of its own: the cloud is out of reach of whoever ends the tool. It does not wait for ever.
    const wait = 'for i in $(seq 600); do [ -e "$1" ] && break; sleep 0.05; done; shift; exec "$@"';
    const later = ['-c', wait, 'sh', `${path}.go`];
    spawn('sh', [...later, process.execPath, import.meta.filename, path, tool, ...words], {
      detached: true,
      stdio: 'ignore',
    }).unref();
  }
  writeFileSync(`${path}.met`, String(process.pid));
  setInterval(() => {}, 1_000);
} else run();
