import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { OperatorError } from '../core/errors.ts';

/**
 * For node_exporter's textfile collector: it reads every file that ends in .prom, at any moment, and as a user of its own. It has
 * metrics of its own process, so those of ours that have the same names stay out.
 */
export async function writeTextfile(path: string, text: string): Promise<void> {
  if (!path.endsWith('.prom')) {
    throw new OperatorError('USAGE', `${path} does not end in .prom, so node_exporter would not read it`, {
      hint: 'write for instance --output /var/lib/prometheus/node-exporter/sealbeat.prom',
    });
  }
  const draft = `${path}.${process.pid}.draft`;
  try {
    await writeFile(draft, ownOf(text), { mode: 0o644, flag: 'wx' });
    await chmod(draft, 0o644); // whatever the umask says
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OperatorError('FILE_UNWRITABLE', `${path} could not be written: ${why}`, {
      hint: 'name a file in the directory that node_exporter reads, and run this as a user who may write there',
      cause,
    });
  }
}

/** It fails only where writing fails as well, which is said then. */
export const removeTextfile = (path: string): Promise<void> =>
  path.endsWith('.prom') ? rm(path, { force: true }).catch(() => undefined) : Promise.resolve();

const ownOf = (text: string): string =>
  text
    .split('\n')
    .filter((line) => /^(# (HELP|TYPE) )?sealbeat_/.test(line))
    .map((line) => `${line}\n`)
    .join('');
