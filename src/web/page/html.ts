import { ageText } from './age-text.ts';
import type { Attributes, Tree } from './tree.ts';

/** A tree as HTML. Every text and every attribute's value is escaped; names of both come from our code alone. */
export function html(tree: Tree, now: number): string {
  if (typeof tree === 'string') return escaped(tree);
  const [tag, attributes, ...children] = tree;
  const at = attributes['data-at'];
  const content =
    at === undefined ? children.map((child) => html(child, now)).join('') : ageText(now - Number(at));
  return `<${tag}${attributesText(attributes)}>${content}</${tag}>`;
}

const attributesText = (attributes: Attributes): string =>
  Object.entries(attributes)
    .map(([name, value]) => (value === '' ? ` ${name}` : ` ${name}="${escaped(value)}"`))
    .join('');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
