import type { ErrorCode } from '../core/errors.ts';
import { isName } from '../core/names.ts';
import type { GroupName, NodeName } from '../core/units.ts';
import {
  MOVING_VERBS,
  VERBS_FOR_ALL,
  VERBS_FOR_GROUP,
  type AllVerb,
  type ControlCommand,
  type ErrorBody,
  type GroupVerb,
} from './messages.ts';

/** A request line, understood. */
export type Route =
  | { readonly kind: 'help' }
  | { readonly kind: 'status' }
  | { readonly kind: 'metrics' | 'health' | 'readiness' }
  | { readonly kind: 'explain'; readonly group: GroupName }
  | { readonly kind: 'drill'; readonly group: GroupName; readonly planned: boolean }
  | { readonly kind: 'events'; readonly after: number; readonly follow: boolean }
  | { readonly kind: 'reload' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'all'; readonly verb: AllVerb }
  | { readonly kind: 'group'; readonly verb: GroupVerb; readonly group: GroupName };

/** A request that gets no further. `allow` goes with 405. */
export interface Refusal {
  readonly status: number;
  readonly body: ErrorBody;
  readonly allow?: string;
}
export type Routed =
  { readonly ok: true; readonly route: Route } | { readonly ok: false; readonly refusal: Refusal };

export const HELP_TEXT = `sealbeat control socket

GET  /metrics                       metrics in Prometheus' text format
GET  /healthz, /readyz              200 while it beats, while it takes part; else 503 and why
GET  /v1/status                     what the daemon knows, as JSON
GET  /v1/events?after=N             transitions with a number above N
GET  /v1/events?follow=1            the same and every new one, a JSON object per line
GET  /v1/groups/NAME/explain        why the holder is the holder, and what would change it
GET  /v1/groups/NAME/drill          what a drill would do, and how the last one went; ?planned=1 for a planned one
POST /v1/groups/NAME/drill          {"stay": true, "planned": true}, or no body: play dead until another has taken over
POST /v1/reload                     read the config file again
POST /v1/restart                    {"within_ms": N, "exit": true}, or no body
POST /v1/drain, undrain             this node gives up every group, or may hold again
POST /v1/freeze, thaw               no group moves, or may move again
POST /v1/groups/NAME/switchover     {"to": "NODE"}, or no body
POST /v1/groups/NAME/failback, drain, undrain, freeze, thaw

What moves a group is answered when the move is over; with {"wait": false} at once.

  $ curl --unix-socket /run/sealbeat/control.sock http://localhost/v1/status
`;

const HINT_ROUTES = 'GET / lists what can be asked';

export const refusal = (status: number, code: ErrorCode, message: string, hint: string): Refusal => ({
  status,
  body: { code, message, hint },
});

/** Method and request target of anyone who may open the socket → a route, or what is wrong with it. Never throws. */
export function routeOf(method: string, target: string): Routed {
  const [path = '', query = ''] = target.split('?', 2);
  if (path === '/') return reading(method, () => ok({ kind: 'help' }));
  if (path === '/metrics') return reading(method, () => ok({ kind: 'metrics' }));
  if (path === '/healthz') return reading(method, () => ok({ kind: 'health' }));
  if (path === '/readyz') return reading(method, () => ok({ kind: 'readiness' }));
  if (path === '/v1/status') return reading(method, () => ok({ kind: 'status' }));
  if (path === '/v1/events') return reading(method, () => eventsRoute(query));
  if (path === '/v1/restart') return ordering(method, { kind: 'restart' });
  if (path === '/v1/reload') return ordering(method, { kind: 'reload' });
  const parts = path.split('/').slice(1);
  if (parts[0] === 'v1' && parts.length === 2) {
    const verb = VERBS_FOR_ALL.find((one) => one === parts[1]);
    if (verb !== undefined) return ordering(method, { kind: 'all', verb });
  }
  if (parts[0] === 'v1' && parts[1] === 'groups' && parts.length === 4) {
    const verb = VERBS_FOR_GROUP.find((one) => one === parts[3]);
    const group = parts[2] ?? '';
    if (parts[3] === 'explain' && isName(group))
      return reading(method, () => ok({ kind: 'explain', group: group as GroupName }));
    if (verb === 'drill' && isName(group) && method !== 'POST')
      return reading(method, () => drillRoute(group as GroupName, query), 'GET, HEAD, POST');
    if (verb !== undefined && isName(group)) {
      return ordering(method, { kind: 'group', verb, group: group as GroupName });
    }
  }
  return no(refusal(404, 'USAGE', `there is nothing at ${shown(path)}`, HINT_ROUTES));
}

/** Route and body → the order; undefined body for an empty one. */
export function commandOf(
  route: Extract<Route, { kind: 'reload' | 'restart' | 'all' | 'group' }>,
  body: unknown,
):
  | { readonly ok: true; readonly command: ControlCommand }
  | { readonly ok: false; readonly refusal: Refusal } {
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) {
    return no(refusal(400, 'USAGE', 'the body is not a JSON object', 'send {} or nothing'));
  }
  const fields = new Map(Object.entries(body ?? {}));
  const to = fields.get('to') ?? '';
  if (route.kind === 'group' && route.verb === 'switchover') {
    fields.delete('to');
    if (typeof to !== 'string' || (to !== '' && !isName(to))) {
      return no(refusal(400, 'USAGE', '"to" is not the name of a node', 'send {"to": "lb2"}, or nothing'));
    }
  }
  const withinMs = fields.get('within_ms') ?? 0;
  const exit = fields.get('exit') ?? false;
  if (route.kind === 'restart') {
    fields.delete('within_ms');
    fields.delete('exit');
    if (
      typeof withinMs !== 'number' ||
      !Number.isInteger(withinMs) ||
      withinMs < 0 ||
      typeof exit !== 'boolean'
    ) {
      const hint = 'send {"within_ms": 3000, "exit": false}, or nothing';
      return no(refusal(400, 'USAGE', '"within_ms" or "exit" makes no sense', hint));
    }
  }
  const stay = fields.get('stay') ?? false;
  const planned = fields.get('planned') ?? false;
  if (route.kind === 'group' && route.verb === 'drill') {
    fields.delete('stay');
    fields.delete('planned');
    if (typeof stay !== 'boolean' || typeof planned !== 'boolean') {
      const hint = 'send {"stay": true}, or nothing';
      return no(refusal(400, 'USAGE', '"stay" or "planned" is neither true nor false', hint));
    }
  }
  const verb = route.kind === 'group' || route.kind === 'all' ? route.verb : undefined;
  const wait = fields.get('wait') ?? true;
  if (MOVING_VERBS.some((one) => one === verb)) {
    fields.delete('wait');
    if (typeof wait !== 'boolean')
      return no(
        refusal(400, 'USAGE', '"wait" is neither true nor false', 'send {"wait": false}, or nothing'),
      );
  }
  const waiting = wait === false ? ({ wait: false } as const) : {};
  const [stranger] = fields.keys();
  if (stranger !== undefined) {
    return no(refusal(400, 'USAGE', `unknown field ${shown(stranger)} in the body`, HINT_ROUTES));
  }
  if (route.kind === 'reload') return { ok: true, command: { kind: 'reload' } };
  if (route.kind === 'restart')
    return { ok: true, command: { kind: 'restart', withinMs: withinMs as number, exit: exit as boolean } };
  if (route.kind === 'all') return { ok: true, command: { kind: route.verb, group: '', ...waiting } };
  if (route.verb === 'drill') {
    const command = { kind: route.verb, group: route.group, stay: stay === true, planned: planned === true };
    return { ok: true, command };
  }
  if (route.verb === 'switchover') {
    const command = { kind: route.verb, group: route.group, to: to as NodeName | '', ...waiting } as const;
    return { ok: true, command };
  }
  return { ok: true, command: { kind: route.verb, group: route.group, ...waiting } };
}

function eventsRoute(query: string): Routed {
  const asked = new URLSearchParams(query);
  const after = asked.get('after') ?? '0';
  const follow = asked.get('follow') ?? '0';
  const stranger = [...asked.keys()].find((key) => key !== 'after' && key !== 'follow');
  if (stranger !== undefined) {
    return no(refusal(400, 'USAGE', `unknown parameter ${shown(stranger)}`, HINT_ROUTES));
  }
  if (!/^\d{1,15}$/.test(after) || !/^[01]$/.test(follow)) {
    return no(refusal(400, 'USAGE', 'after is a number, follow is 0 or 1', HINT_ROUTES));
  }
  return ok({ kind: 'events', after: Number(after), follow: follow === '1' });
}

function drillRoute(group: GroupName, query: string): Routed {
  if (query !== '' && query !== 'planned=1')
    return no(refusal(400, 'USAGE', `unknown parameter ${shown(query)}`, 'planned=1, or nothing'));
  return ok({ kind: 'drill', group, planned: query !== '' });
}

const ok = (route: Route): Routed => ({ ok: true, route });
const no = (what: Refusal): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal: what,
});

function reading(method: string, route: () => Routed, allow = 'GET, HEAD'): Routed {
  return method === 'GET' || method === 'HEAD' ? route() : notAllowed(method, allow);
}

function ordering(method: string, route: Route): Routed {
  return method === 'POST' ? ok(route) : notAllowed(method, 'POST');
}

function notAllowed(method: string, allow: string): Routed {
  const message = `${shown(method)} is not possible here`;
  return no({ ...refusal(405, 'USAGE', message, `use ${allow}`), allow });
}

/** Quoted, escaped and short: it comes from the request and goes into an answer. */
const shown = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
