/** What addresses and names consist of: next to one of these, a text is part of a longer one. */
const INSIDE = /[A-Za-z0-9.:_-]/;

/** Whether the output has this text as a word of its own: 10.0.0.4 is not in a list that has 10.0.0.42. */
export function contains(output: string, text: string): boolean {
  for (let at = output.indexOf(text); at >= 0; at = output.indexOf(text, at + 1)) {
    const before = output[at - 1] ?? '';
    const behind = output[at + text.length] ?? '';
    const cutBefore = INSIDE.test(text[0] ?? '') && INSIDE.test(before);
    const cutBehind = INSIDE.test(text.at(-1) ?? '') && INSIDE.test(behind);
    if (!cutBefore && !cutBehind) return true;
  }
  return false;
}
