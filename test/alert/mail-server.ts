import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../lab/wait.ts';

/** A mail as the server has it. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly tls: boolean;
  readonly login: boolean;
  readonly content: string;
}

export interface MailServer {
  readonly port: number;
  readonly mails: readonly Mail[];
  stop(): Promise<void>;
}

const PYTHON = '/usr/bin/python3';

/** Why there is no real server here; undefined when there can be one. */
export function mailServerProblem(): string | undefined {
  try {
    execFileSync(PYTHON, ['-c', 'import aiosmtpd'], { stdio: 'ignore' });
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'python3-aiosmtpd or openssl is not installed';
  }
}

/** Certificates and passwords of one test, removed at its end. */
export interface Secrets {
  readonly directory: string;
  readonly cert: string;
  readonly key: string;
  readonly password: string;
  write(name: string, text: string, mode?: number): string;
  remove(): void;
}

export function newSecrets({ name = 'localhost', password = 'secret' } = {}): Secrets {
  const directory = mkdtempSync(join(tmpdir(), 'sealbeat-alert-'));
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-out', cert, '-keyout', key],
    ],
    { stdio: 'ignore' },
  );
  const write = (file: string, text: string, mode = 0o600): string => {
    writeFileSync(join(directory, file), text, { mode });
    return join(directory, file);
  };
  return {
    ...{ directory, cert, key, write, password: write('password', `${password}\n`) },
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** A real SMTP server of Debian (python3-aiosmtpd) that wants STARTTLS and a login. */
export async function startMailServer({ cert, key }: Secrets, port = 0): Promise<MailServer> {
  const mails: Mail[] = [];
  const child: ChildProcess = spawn(
    PYTHON,
    [join(import.meta.dirname, 'mails.py'), cert, key, ...(port === 0 ? [] : [String(port)])],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let listening = 0;
  createInterface({ input: child.stdout! }).on('line', (line) => {
    if (listening === 0) listening = Number(line);
    else mails.push(JSON.parse(line) as Mail);
  });
  await until('the mail server listens', 15_000, () => listening !== 0);
  return {
    port: listening,
    mails,
    async stop() {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
}
