/** Whom a program is run as, as `script_user`, `user` and the words behind a notify script say it. */
export interface Account {
  readonly user: string;
  readonly group: string | undefined;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/;

/** `USER [[:]GROUP]`; a colon asks for supplementary groups, which there are none of here. */
export function accountOf([user = '', group]: readonly string[]): Account | undefined {
  const plain = group?.replace(/^:/, '');
  if (!NAME.test(user) || !(plain === undefined || plain === '' || NAME.test(plain))) return undefined;
  return { user, group: plain === '' || plain === user ? undefined : plain };
}

/** The agent runs as root, so that is nothing to write down. */
export const isRoot = ({ user, group }: Account): boolean =>
  user === 'root' && (group === undefined || group === 'root');
