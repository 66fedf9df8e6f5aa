/** What clusters, nodes and groups may be called: safe in a shell, a file name, a host name and a metric label. */
export const NAME_PATTERN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
export const NAME_CHARACTERS_MAX = 32;

export const isName = (text: string): boolean =>
  text.length <= NAME_CHARACTERS_MAX && NAME_PATTERN.test(text);

/** Completes "a name …" in an error. */
export const NAME_RULE = `consists of a-z, 0-9 and "-" inside, at most ${NAME_CHARACTERS_MAX} characters`;
