import { readFileSync } from 'node:fs';

const NAME = 'sealbeat';

/**
 * The user that the service runs as, where there is one. Root's commands read an identity that belongs to it; any other
 * owner stays a stranger, who should not have the secret. Undefined without one, and where accounts are not in this file.
 */
export function serviceUid(passwd = '/etc/passwd'): number | undefined {
  let text: string;
  try {
    text = readFileSync(passwd, 'utf8');
  } catch {
    return undefined; // no file, no such user
  }
  const line = text.split('\n').find((one) => one.startsWith(`${NAME}:`));
  const uid = Number(line?.split(':')[2] || Number.NaN);
  return Number.isSafeInteger(uid) ? uid : undefined;
}
