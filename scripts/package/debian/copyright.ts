import { type LicensedPart, licensedParts } from '../contents.ts';

/** https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/, a paragraph for each part of the binary. */
export function copyright(): string {
  const [own, ...others] = licensedParts();
  if (own === undefined) throw new Error('nothing is licensed');
  const head = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: sealbeat
Comment: One binary has all of these in it; usr/share/doc/sealbeat/sealbeat.cyclonedx.json
 lists the parts with their versions.
`;
  return [
    head,
    paragraph('*', own),
    ...others.map((part) => paragraph(`node_modules/${part.name}/*`, part)),
  ].join('\n');
}

const paragraph = (files: string, { name, licence, text }: LicensedPart): string =>
  `Files: ${files}
Copyright: ${holdersIn(text).join('\n ')}
License: ${licence}-${name.replaceAll(/[^A-Za-z0-9.]+/g, '-')}
${indented(text)}
`;

function holdersIn(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim());
  const found = lines
    .filter((line) => /^copyright (\(c\)|©|[0-9])/i.test(line))
    .map((line) => line.slice(0, 200));
  return found.length > 0 ? [...new Set(found)] : ['none is named; see the text'];
}

const indented = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`))
    .join('\n');
