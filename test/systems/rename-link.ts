import { runTool } from '../lab/host-tool.ts';

/** Gives an interface of a namespace another name. Its own addresses are as before, its routes at least the direct ones. */
export function renameLink(namespace: string, device: string, name: string): void {
  if (device === name) return;
  const ip = (...args: string[]): string => runTool('ip', ['-n', namespace, ...args]);
  try {
    ip('link', 'set', 'dev', device, 'name', name);
  } catch {
    // Older kernels rename only what is down, which costs the IPv6 addresses.
    const before = [
      ...ip('-o', '-6', 'address', 'show', 'dev', device, 'scope', 'global').matchAll(/inet6 (\S+)/g),
    ];
    ip('link', 'set', 'dev', device, 'down');
    ip('link', 'set', 'dev', device, 'name', name);
    ip('link', 'set', 'dev', name, 'up');
    for (const [, address = ''] of before) ip('address', 'replace', address, 'dev', name, 'nodad');
  }
}
