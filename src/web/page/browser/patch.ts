import type { ElementTree, Tree } from '../tree.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** Makes nodes of a tree. Texts become text nodes, whatever stands in them. */
export function made(tree: Tree): Element | Text {
  if (typeof tree === 'string') return document.createTextNode(tree);
  const [tag, attributes, ...children] = tree;
  const element = tag === 'svg' ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.map(made));
  return element;
}

/** Makes a node show a tree. Nodes stay where they can: so do the focus, the scroll position and what is unfolded. */
export function patch(node: ChildNode, tree: Tree): void {
  if (typeof tree === 'string') {
    if (!(node instanceof Text)) node.replaceWith(made(tree));
    else if (node.data !== tree) node.data = tree;
    return;
  }
  if (!(node instanceof Element) || node.localName !== tree[0]) return node.replaceWith(made(tree));
  patchAttributes(node, tree);
  const [, attributes, ...children] = tree;
  // Ages and curves are written by the clock and by what was seen here.
  if ('data-at' in attributes || 'data-spark' in attributes) return;
  const nodes = [...node.childNodes];
  for (const [place, child] of children.entries()) {
    const there = nodes[place];
    if (there === undefined) node.append(made(child));
    else patch(there, child);
  }
  for (const left of nodes.slice(children.length)) left.remove();
}

function patchAttributes(element: Element, [tag, attributes]: ElementTree): void {
  const isReaders = (name: string): boolean => tag === 'details' && name === 'open';
  for (const [name, value] of Object.entries(attributes)) {
    if (!isReaders(name) && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  for (const name of element.getAttributeNames()) {
    if (!(name in attributes) && !isReaders(name)) element.removeAttribute(name);
  }
}

/** The parts of a list, in its order; those that are no longer named go. */
export function arrange(list: Element, ids: readonly string[], fresh: ReadonlyMap<string, Element>): void {
  for (const [place, id] of ids.entries()) {
    const wanted = fresh.get(id) ?? document.getElementById(id);
    if (wanted !== null && list.children[place] !== wanted)
      list.insertBefore(wanted, list.children[place] ?? null);
  }
  while (list.children.length > ids.length) list.lastElementChild!.remove();
}
