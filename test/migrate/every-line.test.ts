// The promise of the report: every statement of a config is in it exactly once, whatever the words are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OperatorError } from '../../src/core/errors.ts';
import { examine } from '../../src/config/load.ts';
import type { Imported } from '../../src/migrate/imported.ts';
import { importKeepalived } from '../../src/migrate/keepalived/import.ts';
import { TABLES } from '../../src/migrate/keepalived/keywords.ts';
import { importUcarp } from '../../src/migrate/ucarp/import.ts';
import { OPTIONS } from '../../src/migrate/ucarp/keywords.ts';
import { yamlOf } from '../../src/migrate/yaml-text.ts';

const NO_FILES = { matching: () => [], read: () => undefined };
const plain = { names: [], peers: [], cluster: 'main' };

/** A statement of a generated config; what it says does not matter, only where it is. */
interface Node {
  readonly words: readonly string[];
  readonly children: readonly Node[] | undefined;
  readonly noise: string;
  readonly braceBelow: boolean;
}

const known = TABLES.flatMap(([, words]) => Object.keys(words));
const word = fc.oneof(
  fc.constantFrom(...known),
  fc.constantFrom(
    '10.0.0.1/24',
    'eth0',
    'dev',
    'label',
    '1',
    '255',
    'MASTER',
    '"two words"',
    'weight',
    '-5',
    'fd00::1',
    'constructor',
    '__proto__',
    'VI_1',
  ),
  fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/),
);
const words = fc.array(word, { minLength: 1, maxLength: 4 });
const noise = fc.constantFrom('', '', '# a comment { with a brace', '! another }', '   ');
const { config } = fc.letrec<{ config: readonly Node[]; node: Node }>((tie) => ({
  config: fc.array(tie('node'), { maxLength: 6 }),
  node: fc.record({
    words,
    children: fc.option(
      fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constant([]), tie('config')),
      { nil: undefined, depthSize: 'small' },
    ),
    noise,
    braceBelow: fc.boolean(),
  }),
}));

/** The text, and for every statement the line it starts in. */
function written(nodes: readonly Node[], lines: string[], starts: number[], indent = ''): void {
  for (const { words: all, children, noise: around, braceBelow } of nodes) {
    if (around !== '') lines.push(around);
    starts.push(lines.length + 1);
    const header = indent + all.join(' ');
    if (!children) {
      lines.push(`${header} ${around}`);
      continue;
    }
    lines.push(...(braceBelow ? [header, `${indent}{`] : [`${header} {`]));
    written(children, lines, starts, `${indent}  `);
    lines.push(`${indent}}`);
  }
}

/** Each start is in the range of exactly one entry, and the entries speak for as many statements as there are. */
function assertAccounted({ entries }: Imported, starts: readonly number[]): void {
  for (const start of starts) {
    const speaking = entries.filter(({ line, endLine }) => line <= start && start <= endLine);
    assert.equal(speaking.length, 1, `line ${start} is spoken of ${speaking.length} times`);
  }
  assert.equal(
    entries.reduce((sum, { statements }) => sum + statements, 0),
    starts.length,
  );
  for (const { says } of entries) assert.ok(says.length > 0);
}

test('import: every statement of a keepalived.conf is in the report exactly once', () => {
  fc.assert(
    fc.property(config, (nodes) => {
      const lines: string[] = [];
      const starts: number[] = [];
      written(nodes, lines, starts);
      const text = lines.join('\n');
      assertAccounted(importKeepalived([{ file: 'a', text }], plain, NO_FILES), starts);
    }),
    { numRuns: 400 },
  );
});

/** Of what a word of keepalived is about, what may stand behind it. */
const line = fc
  .oneof(
    fc.constantFrom(
      ...[
        'killall -0 x',
        'pidof x y',
        'curl -f http://10.0.0.1:99999/',
        'curl -fk https://[fd00::1]/',
        '< /dev/tcp/0.0.0.0/1',
      ],
      ...[
        'nc -z 1.2.3 80',
        'nc -z a 0',
        'ping -c1 224.0.0.1',
        'ping -c 1 a..b',
        'systemctl is-active -x',
        'a | b',
        '/x $(y)',
      ],
      ...[
        'curl -f -H "A: b" a/{x}',
        "/x ''",
        '/',
        '/x/',
        'x',
        '',
        'sh -c',
        "sh -c 'pgrep -x ..'",
        'pgrep .',
        '!',
        '/ä/b',
      ],
    ),
    fc.string({ maxLength: 12 }),
  )
  .map((text) => text.replace(/["\\\r\n]/g, ''));
const numbers = fc.constantFrom(
  '0',
  '1',
  '-1',
  '253',
  '-254',
  '999999',
  '0.001',
  'x',
  '5 reverse',
  '0 reverse',
  '-9 noreverse',
);
const mail = fc.constantFrom(
  'a@b',
  'A B <a@b.c>',
  '@',
  'a@b@c',
  'ä@b',
  '10.0.0.1',
  '127.0.0.1 0',
  'mail.example 25',
  '::1',
  '224.0.0.1',
);
const tracking = fc.record({
  line,
  user: line,
  file: line,
  link: line,
  process: line,
  n: fc.tuple(numbers, numbers, numbers, numbers),
  mail: fc.tuple(mail, mail, mail),
});

test('import: whatever is tracked, run and mailed by keepalived becomes checks, hooks and alerts that are good', () => {
  fc.assert(
    fc.property(fc.array(tracking, { minLength: 1, maxLength: 3 }), (all) => {
      const texts = all.map(({ line: one, user, file, link, process, n, mail: [to, from, server] }) =>
        [
          `global_defs {\nscript_user "${user}"\nnotification_email {\n"${to}"\n}\nnotification_email_from "${from}"\nsmtp_server ${server}\nsmtp_alert\n}`,
          `vrrp_script s {\nscript "${one}"\ninterval ${n[0]}\ntimeout ${n[1]}\nrise ${n[2]}\nfall ${n[3]}\nuser "${user}"\nweight ${n[0]}\n}`,
          `vrrp_track_process p {\nprocess "${process}"\nquorum ${n[0]}\nquorum_max ${n[1]}\ndelay ${n[2]}\nweight ${n[3]}\n}`,
          `track_file f {\nfile "${file}"\nweight ${n[1]}\n}`,
          `vrrp_instance V {\ninterface eth0\nunicast_src_ip 10.0.0.1\nunicast_peer {\n10.0.0.2\n}`,
          `track_script {\ns\ns weight ${n[3]}\n}\ntrack_process {\np\n}\ntrack_file {\nf\n}`,
          `track_interface {\n"${link}" weight ${n[2]}\n}\nnotify "${one}" "${user}"\nnotify_master "${one}"`,
          `virtual_ipaddress {\n10.0.0.9\n}\n}`,
        ].join('\n'),
      );
      const files = texts.map((text, nth) => ({ file: `${nth}`, text }));
      let imported: Imported;
      try {
        imported = importKeepalived(files, plain, NO_FILES);
      } catch (error) {
        assert.ok(error instanceof OperatorError);
        return;
      }
      const { problems } = examine(yamlOf(imported.draft!, 'x'));
      assert.deepEqual(
        problems.filter(({ severity, text }) => severity === 'error' && /checks|hooks|alerts/.test(text)),
        [],
      );
    }),
    { numRuns: 120 },
  );
});

const statement = fc.oneof(
  fc.constantFrom(
    'auto lo',
    'iface eth0 inet static',
    'iface eth0:ucarp inet static',
    'address 10.0.0.1',
    'netmask 255.0.0.0',
    'mapping eth0',
    'up /bin/true',
  ),
  fc
    .tuple(fc.constantFrom(...OPTIONS.flatMap(({ stanza }) => stanza ?? []), 'colour', 'vip-2'), word)
    .map(([name, value]) => `ucarp-${name} ${value}`),
);

test('import: every statement of an interfaces file is in the report exactly once', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(statement, fc.constantFrom('', '# ucarp-vid 3'))), (parts) => {
      const lines = parts.flatMap(([text, comment]) => (comment === '' ? [text] : [comment, `  ${text}`]));
      const starts = lines.flatMap((line, nth) => (line.startsWith('#') ? [] : [nth + 1]));
      if (!/^\s*ucarp-[a-z]/m.test(lines.join('\n'))) return;
      assertAccounted(importUcarp([{ file: 'a', text: lines.join('\n') }], plain), starts);
    }),
    { numRuns: 300 },
  );
});

test('import: every option of a command line of ucarp is in the report exactly once', () => {
  const option = fc
    .constantFrom(...OPTIONS)
    .chain(({ long, short, takesValue }) =>
      fc.constantFrom(
        ...(takesValue
          ? [`--${long}=1`, `-${short}1`, `-${short} 1`, `--${long} 1`]
          : [`--${long}`, `-${short}`]),
      ),
    );
  fc.assert(
    fc.property(fc.array(option, { minLength: 1, maxLength: 12 }), (options) => {
      const { entries } = importUcarp(
        [{ file: 'a', text: `ucarp ${options.join(' \\\n  ')} &\nexit 0\n` }],
        plain,
      );
      assert.equal(entries.length, 1 + options.length + 1);
    }),
  );
});

const importers: readonly (readonly [string, (text: string) => Imported])[] = [
  [
    'keepalived',
    (text) =>
      importKeepalived(
        [
          { file: 'a', text },
          { file: 'b', text },
        ],
        plain,
        NO_FILES,
      ),
  ],
  ['ucarp', (text) => importUcarp([{ file: 'a', text }], plain)],
];
const syntax = fc
  .array(
    fc.oneof(
      word,
      fc.constantFrom(
        '{',
        '}',
        '\n',
        '"',
        "'",
        '\\\n',
        '#',
        '!',
        '@lb1 ',
        '@^lb1 ',
        '$A=',
        '$A',
        '${A}',
        '~SEQ(A, 1, 3) ',
        '~SEQ(A,9,-1,0)',
        '~LST(A, 1, 2) ',
        'include x',
        'vrrp_instance V {\n',
        'virtual_ipaddress {\n',
        'ucarp -a 10.0.0.4 ',
        '\niface ',
        '\nucarp-vid ',
        ';',
        '\r',
        '\u0000',
        '\u2028',
      ),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(' '));

for (const [name, run] of importers) {
  test(`import: whatever is in a file, ${name} says so or makes YAML of it`, () => {
    const text = fc.oneof(
      syntax,
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          const { draft } = run(input);
          if (!draft) return;
          const problems = examine(yamlOf(draft, input)).problems.map((problem) => problem.text);
          assert.deepEqual(
            problems.filter((one) => /YAML/.test(one)),
            [],
          );
        } catch (error) {
          if (!(error instanceof OperatorError)) throw error;
        }
      }),
      { numRuns: 1_500 },
    );
  });
}
