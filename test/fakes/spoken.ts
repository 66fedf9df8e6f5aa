import type { CliHost } from '../../src/cli/host.ts';

/** The part of a host that commands speak through, remembered. */
export function spokenHost(): Pick<CliHost, 'out' | 'err' | 'isTTY' | 'columns' | 'env'> & {
  readonly outs: string[];
  readonly errs: string[];
} {
  const outs: string[] = [];
  const errs: string[] = [];
  return {
    outs,
    errs,
    out: (line) => void outs.push(line),
    err: (line) => void errs.push(line),
    isTTY: false,
    columns: 80,
    env: {},
  };
}
