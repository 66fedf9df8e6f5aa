import { createHash } from 'node:crypto';
import type { EventRecord, StatusReport } from '../../core/report.ts';
import { script, style } from './built.ts';
import { escaped, html } from './html.ts';
import { viewOf } from './view.ts';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const POLICY = [
  "default-src 'none'",
  `script-src ${hashOf(script)}`,
  `style-src ${hashOf(style)}`,
  "connect-src 'self'",
  'img-src data:', // the icon; without one, browsers ask for /favicon.ico
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** For everything that is served here. Nothing of it is for other sites to show, keep or read. */
export const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

const ICON =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M1 9h4l2-6 3 10 2-4h3" fill="none" stroke="#3b82c4" stroke-width="2"/></svg>',
  );

/** What a document is made of. */
export interface Moment {
  readonly report: StatusReport;
  readonly events: readonly EventRecord[];
  /** On the daemon's clock; what ages count from. */
  readonly now: number;
}

/** The page as it is now: complete without a script, and kept up to date by its one. In pieces, as drawing takes time. */
export function* documentPieces({ report, events, now }: Moment): Generator<string> {
  const { node, cluster, at } = report;
  const { title, parts, lists } = viewOf(report, events, now);
  const part = (id: string): string => html(parts.get(id)!(), now);
  yield `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="icon" href="${ICON}"><style>${style}</style></head>
<body data-now="${Math.round(now)}"><a class="skip" href="#groups-name">Skip to the groups</a>
<header><h1>${escaped(node)} <small>in cluster ${escaped(cluster)}</small></h1>
<p id="link" hidden>connecting</p><noscript><p>As it was at ${escaped(at.slice(0, 19).replace('T', ' '))}Z; reload to look again.</p></noscript></header>
<main><div id="lost" role="alert" hidden></div>
${part('verdict')}`;
  for (const [id, name] of [
    ['groups', 'Groups'],
    ['nodes', 'Nodes'],
  ] as const) {
    yield `<section aria-labelledby="${id}-name"><h2 id="${id}-name">${name}</h2><div id="${id}" class="list">`;
    for (const one of lists[id]) yield part(one);
    yield '</div></section>\n';
  }
  yield `${part('transitions')}
${part('alerts')}
</main><footer><p>Read-only. Curves: round trips while this page is open, two minutes at most, from 0 up to the highest.
As data: <a href="status.json">status.json</a></p></footer>
<div id="said" class="unseen" role="log" aria-live="polite"></div><script>${script}</script></body></html>
`;
}
