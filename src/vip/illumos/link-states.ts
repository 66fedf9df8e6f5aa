import { fieldsOf, linesOf } from './parsable.ts';

export const SHOW_LINK = ['show-link', '-p', '-o', 'link,state'] as const;

/** `up`, `down` or `unknown` by link. What is no such line counts as no line: this is one opinion of two. */
export function parseLinkStates(text: string): ReadonlyMap<string, string> {
  return new Map(
    linesOf(text).flatMap((line) => {
      const [link, state, ...more] = fieldsOf(line);
      return link === undefined || state === undefined || more.length > 0 ? [] : [[link, state] as const];
    }),
  );
}
