import { SHELL } from './script-question.ts';

/** A command that is another one on each node, and nothing on the nodes that have none; more words go on to it. */
export function chosenByNode(ways: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const cases = [...ways].map(([node, run]) => `${node}) exec ${run.map(quoted).join(' ')} "$@" ;;`);
  return [SHELL, '-c', `case $SEALBEAT_NODE in ${cases.join(' ')} esac`, 'hook'];
}

const quoted = (word: string): string =>
  /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
