import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { OperatorError } from '../../core/errors.ts';
import { type Vip } from '../../core/ports.ts';
import { canonicalAddress } from '../address.ts';

/** What stands in a simulated VIP's file. */
export interface SimulatedLease {
  readonly pid: number;
  /** Wall time, because other processes read it; null for one that stays. */
  readonly expiresAtMs: number | null;
}

export function leaseFileName({ address, family, prefixLength }: Vip): string {
  return `${canonicalAddress(address, family)}_${prefixLength}.vip`;
}

export function leasePath(vip: Vip): string {
  return join(vip.link, leaseFileName(vip));
}

/** Throws VIP_NO_INTERFACE unless the link is a folder. */
export function assertFolder(link: string): void {
  if (!isAbsolute(link) || link.includes('\n') || !isFolder(link)) throw noInterface(link);
}

export function isFolder(link: string): boolean {
  return statSync(link, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Whole or not at all: a reader never sees half a lease. */
export function writeLease(vip: Vip, lease: SimulatedLease): void {
  const drafts = join(vip.link, '.drafts');
  const draft = join(drafts, `${leaseFileName(vip)}.${process.pid}`);
  try {
    mkdirSync(drafts, { recursive: true });
    writeFileSync(draft, `${JSON.stringify(lease)}\n`);
    renameSync(draft, leasePath(vip));
  } catch (cause) {
    throw failed(vip, cause);
  }
}

/** Undefined when there is none. Throws VIP_UNKNOWN when it cannot be read. */
export function readLease(vip: Vip): SimulatedLease | undefined {
  let text: string;
  try {
    text = readFileSync(leasePath(vip), 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw unknown(vip, cause);
  }
  try {
    const { pid, expiresAtMs } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid !== 'number' || (expiresAtMs !== null && typeof expiresAtMs !== 'number'))
      throw new TypeError('pid and expiresAtMs are not there');
    return { pid, expiresAtMs };
  } catch (cause) {
    throw unknown(vip, cause);
  }
}

export function removeLease(vip: Vip): void {
  try {
    rmSync(leasePath(vip), { force: true });
  } catch (cause) {
    throw failed(vip, cause);
  }
}

function noInterface(link: string): OperatorError {
  return new OperatorError('VIP_NO_INTERFACE', `${link}: no such folder, which a simulated interface is`, {
    hint: 'name an existing folder by its absolute path',
  });
}

function failed(vip: Vip, cause: unknown): OperatorError {
  const denied =
    cause instanceof Error && 'code' in cause && (cause.code === 'EACCES' || cause.code === 'EPERM');
  return new OperatorError(denied ? 'VIP_DENIED' : 'VIP_FAILED', `${leasePath(vip)}: ${text(cause)}`, {
    hint: 'the folder of a simulated interface must be writable',
    cause,
  });
}

function unknown(vip: Vip, cause: unknown): OperatorError {
  return new OperatorError('VIP_UNKNOWN', `${leasePath(vip)}: ${text(cause)}`, {
    hint: 'remove the file; sealbeat writes it anew',
    cause,
  });
}

function text(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
