import { formatDuration } from './duration.ts';
import { subjectsOf } from './check-meaning.ts';
import { CHECKS_MAX, SUBJECTS, type CheckShape, type Subject } from './check-shape.ts';
import { unknownNodes, whyNoInterface } from './group-rules.ts';
import { interfacesOn, type Parts } from './parts.ts';
import type { Finding } from './shape-problems.ts';
import type { YamlPath } from './yaml-source.ts';

/** What the shape of a check can't say. */
export function checkFindings(parts: Parts): readonly Finding[] {
  return [...parts.groups].flatMap(([name, group]) => {
    const checks = Object.entries(group?.checks ?? {});
    const path = ['groups', name, 'checks'];
    return [
      ...tooMany(path, checks.length),
      ...checks.flatMap(([check, shape]) => oneCheck(parts, [...path, check], shape)),
    ];
  });
}

const error = (path: YamlPath, text: string): Finding => ({ severity: 'error', path, text });
const atKey = (path: YamlPath, text: string): Finding => ({ ...error(path, text), atKey: true });

const tooMany = (path: YamlPath, count: number): readonly Finding[] =>
  count <= CHECKS_MAX ? [] : [atKey(path, `there are ${count} checks; ${CHECKS_MAX} at most in one group`)];

const EXAMPLES = 'process: NAME, unit: NAME.service, tcp: HOST:PORT or command: [/PROGRAM]';

function oneCheck(parts: Parts, path: YamlPath, check: CheckShape): readonly Finding[] {
  const [subject, second] = subjectsOf(check);
  if (subject === undefined) return [atKey(path, `asks nothing; write for instance ${EXAMPLES}`)];
  if (second !== undefined) {
    const text = `stands beside "${subject}"; a check has one subject, so make two checks of it`;
    return [atKey([...path, second], text)];
  }
  return [
    ...strangers(path, check, subject),
    ...fileFindings(path, check),
    ...effectFindings(path, check),
    ...nodeFindings(parts, path, check),
    ...timingFindings(path, check),
  ];
}

/** By subject, what only it has beside itself. */
const OWN_KEYS: Partial<Readonly<Record<Subject, readonly (keyof CheckShape)[]>>> = {
  http: ['status', 'body', 'headers', 'verify'],
  file: ['is', 'adds'],
  command: ['user'],
};

function strangers(path: YamlPath, check: CheckShape, subject: Subject): readonly Finding[] {
  const misplaced = SUBJECTS.filter((other) => other !== subject).flatMap((other) =>
    (OWN_KEYS[other] ?? []).map((key) => ({ key, other })),
  );
  const found = misplaced
    .filter(({ key }) => check[key] !== undefined)
    .map(({ key, other }) =>
      atKey([...path, key], `belongs to "${other}", and this is "${subject}"; remove it`),
    );
  if (subject !== 'http' || check.verify === undefined || check.http?.startsWith('https:') === true)
    return found;
  return [
    ...found,
    atKey([...path, 'verify'], 'says nothing about http://, which has no certificate; remove it'),
  ];
}

function fileFindings(
  path: YamlPath,
  { file, is, adds, rise, fall, initial }: CheckShape,
): readonly Finding[] {
  if (file === undefined) return [];
  if (is !== undefined && adds !== undefined)
    return [atKey([...path, 'adds'], 'stands beside "is"; only one of the two may be given')];
  if (is !== undefined) return [];
  if (adds !== true)
    return [atKey([...path, 'file'], 'says not what should stand in it; write "is: TEXT", or "adds: true"')];
  const useless = { rise, fall, initial: initial === 'unknown' ? undefined : initial };
  return Object.entries(useless)
    .filter(([, value]) => value !== undefined)
    .map(([key]) =>
      atKey([...path, key], 'means nothing with "adds": each number counts at once; remove it'),
    );
}

function effectFindings(path: YamlPath, { weight, vital, adds }: CheckShape): readonly Finding[] {
  if (vital === true && adds === true)
    return [
      error([...path, 'vital'], 'a file that adds its number is not vital; remove it, or write "is: TEXT"'),
    ];
  if (vital === true && weight !== undefined) {
    const text =
      'stands beside "weight"; a vital check that is down leaves no priority to add to: remove one of the two';
    return [error([...path, 'vital'], text)];
  }
  if (vital !== false || weight !== undefined || adds === true) return [];
  const text =
    'is false and there is no weight, so the check would change nothing; write for instance "weight: 2"';
  return [error([...path, 'vital'], text)];
}

function nodeFindings(parts: Parts, path: YamlPath, check: CheckShape): readonly Finding[] {
  const { nodes, interface: named } = check;
  const byName = Object.fromEntries((nodes ?? []).map((node) => [node, true]));
  const unknown = unknownNodes(parts, [], byName).map((finding): Finding => {
    const name = String(finding.path[0]);
    const place = (nodes ?? []).indexOf(name);
    return error([...path, 'nodes', place], `"${name}" ${finding.text}`);
  });
  const twice = (nodes ?? []).flatMap((node, index) =>
    nodes?.indexOf(node) === index
      ? []
      : [error([...path, 'nodes', index], `${node} stands twice; remove it`)],
  );
  if (named === undefined || unknown.length > 0) return [...unknown, ...twice];
  const here = interfacesOn(parts.nodes.keys(), named);
  const why = new Set([...here.values()].flatMap((name) => whyNoInterface(name, 'auto')));
  const asking = [...here.keys()].filter((node) => nodes?.includes(node) ?? true);
  return [
    ...twice,
    ...unknownNodes(parts, [...path, 'interface'], named),
    ...[...why].map((text) => error([...path, 'interface'], text)),
    ...(asking.length === 0
      ? [error([...path, 'interface'], 'names no node that asks, so nobody would')]
      : []),
  ];
}

function timingFindings(path: YamlPath, { interval, timeout, ping }: CheckShape): readonly Finding[] {
  if (timeout <= interval) return [];
  const text = `${formatDuration(timeout)} is longer than the interval of ${formatDuration(interval)}: it is not asked again before it has ended`;
  return ping === undefined ? [{ severity: 'note', path: [...path, 'timeout'], text }] : [];
}
