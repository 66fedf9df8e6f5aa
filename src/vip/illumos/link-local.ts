import { type Exec, type Ran } from '../../core/ports.ts';
import { type Command } from '../plain/tools.ts';
import { linkLocalObject } from './object-name.ts';

/** Without the properties the host would also take addresses that routers on the network offer. */
export const linkLocalCommand = (link: string): Command => [
  ...(['ipadm', 'create-addr', '-t', '-T', 'addrconf'] as const),
  ...['-p', 'stateful=no,stateless=no', linkLocalObject(link)],
];

/**
 * Several VIPs of one interface, added side by side, want the same link-local address: it is made once, all of them wait for
 * it, and that there is one already is what they want.
 */
export function sharedLinkLocal(exec: Exec): Exec {
  const running = new Map<string, Promise<Ran>>();
  return {
    run(file, args, how) {
      if (!args.includes('addrconf')) return exec.run(file, args, how);
      const object = args.at(-1) ?? '';
      const making =
        running.get(object) ??
        exec
          .run(file, args, how)
          .then((ran) => (/already exists/.test(ran.stderr) ? { ...ran, exitCode: 0 } : ran))
          .finally(() => running.delete(object));
      running.set(object, making);
      return making;
    },
  };
}
