import type { Facts } from './facts.ts';
import { fine, type Finding } from './finding.ts';

export function identityFindings({ identity, self, files, euid, config }: Facts): readonly Finding[] {
  const { refusal } = identity;
  if (refusal === undefined) {
    if (config.settings === undefined)
      return [fine('identity', files.identity, 'nobody else can read it; whose it is was not looked at')];
    return [
      fine(
        'identity',
        files.identity,
        `it is that of ${self?.name ?? 'this node'}, and nobody else can read it`,
      ),
    ];
  }
  const { code, text, hint } = refusal;
  const of = { subject: files.identity, what: withoutPath(text, files.identity), fix: hint };
  if (code === 'IDENTITY_UNSAFE')
    return [{ ...of, id: 'identity-unsafe', level: 'problem', why: 'the agent does not start with it' }];
  if (code === 'IDENTITY_UNKNOWN')
    return [{ ...of, id: 'identity-unknown', level: 'problem', why: 'no other node would believe this one' }];
  if (euid !== 0 && /may not be read by this user/.test(text)) {
    const fix = 'sudo sealbeat doctor';
    return [{ ...of, fix, id: 'identity-unreadable', level: 'note', why: 'so it was not looked at' }];
  }
  return [{ ...of, id: 'identity-unreadable', level: 'problem', why: 'the agent does not start without it' }];
}

const withoutPath = (text: string, path: string): string =>
  text.startsWith(path) ? text.slice(path.length).replace(/^:? /, '') : text;
