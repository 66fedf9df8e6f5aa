import type { HookFiles, Runner } from '../config/hook-host-rules.ts';
import type { HookSettings } from '../core/hooks.ts';
import type { Settings } from '../core/settings.ts';
import { newAccounts, ownAccount, type Accounts } from '../hook/account.ts';
import { runnerOf } from '../hook/run.ts';
import type { CliHost } from './host.ts';

/** What `check` has to know of this host's users, asked before the rules are, which do not wait. */
export async function hookFilesOn(
  host: CliHost,
  { groups }: Settings,
  accounts: Accounts = newAccounts({ exec: host.exec }),
): Promise<HookFiles> {
  const own = { ...ownAccount(), uid: host.euid };
  const asKey = ({ user, group }: HookSettings): string => `${user}:${group}`;
  const runners = new Map<string, Runner>();
  for (const hook of groups.flatMap(({ hooks }) => hooks)) {
    if (runners.has(asKey(hook))) continue;
    const runner = await runnerOf(hook, accounts, own);
    runners.set(
      asKey(hook),
      'problem' in runner
        ? runner
        : {
            name: runner.account.name,
            uid: runner.account.uid,
            gid: runner.as?.gid ?? runner.account.gid,
            isOther: runner.as !== undefined,
          },
    );
  }
  return {
    ...host.files,
    euid: host.euid,
    runnerOf: (hook) => runners.get(asKey(hook))!,
    users: await accounts.users(),
  };
}
