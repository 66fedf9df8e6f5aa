import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { commandOf, routeOf, type Route } from '../../src/control/routes.ts';

const cases: readonly { request: string; to: string }[] = [
  { request: 'GET /', to: '{"kind":"help"}' },
  { request: 'HEAD /', to: '{"kind":"help"}' },
  { request: 'GET /v1/status', to: '{"kind":"status"}' },
  { request: 'POST /v1/status', to: '405 GET, HEAD' },
  { request: 'GET /metrics', to: '{"kind":"metrics"}' },
  { request: 'HEAD /healthz', to: '{"kind":"health"}' },
  { request: 'GET /readyz', to: '{"kind":"readiness"}' },
  { request: 'POST /metrics', to: '405 GET, HEAD' },
  { request: 'GET /v1/events', to: '{"kind":"events","after":0,"follow":false}' },
  { request: 'GET /v1/events?after=17&follow=1', to: '{"kind":"events","after":17,"follow":true}' },
  { request: 'GET /v1/events?after=', to: '400' },
  { request: 'GET /v1/events?after=-1', to: '400' },
  { request: 'GET /v1/events?after=1e3', to: '400' },
  { request: 'GET /v1/events?after=9999999999999999', to: '400' },
  { request: 'GET /v1/events?follow=yes', to: '400' },
  { request: 'GET /v1/events?since=3', to: '400' },
  { request: 'POST /v1/reload', to: '{"kind":"reload"}' },
  { request: 'GET /v1/reload', to: '405 POST' },
  { request: 'POST /v1/drain', to: '{"kind":"all","verb":"drain"}' },
  { request: 'POST /v1/switchover', to: '404' },
  { request: 'POST /v1/failback', to: '404' },
  { request: 'POST /v1/groups/web/switchover', to: '{"kind":"group","verb":"switchover","group":"web"}' },
  { request: 'DELETE /v1/groups/web/thaw', to: '405 POST' },
  { request: 'GET /v1/groups/web/explain', to: '{"kind":"explain","group":"web"}' },
  { request: 'HEAD /v1/groups/web/explain', to: '{"kind":"explain","group":"web"}' },
  { request: 'POST /v1/groups/web/explain', to: '405 GET, HEAD' },
  { request: 'GET /v1/groups/Web/explain', to: '404' },
  { request: 'GET /v1/explain', to: '404' },
  { request: 'GET /v1/groups/web/drill', to: '{"kind":"drill","group":"web","planned":false}' },
  { request: 'GET /v1/groups/web/drill?planned=1', to: '{"kind":"drill","group":"web","planned":true}' },
  { request: 'GET /v1/groups/web/drill?planned=yes', to: '400' },
  { request: 'POST /v1/groups/web/drill', to: '{"kind":"group","verb":"drill","group":"web"}' },
  { request: 'DELETE /v1/groups/web/drill', to: '405 GET, HEAD, POST' },
  { request: 'GET /v1/groups/Web/drill', to: '404' },
  { request: 'POST /v1/groups/Web/thaw', to: '404' },
  { request: 'POST /v1/groups/../thaw', to: '404' },
  { request: 'POST /v1/groups/web/constructor', to: '404' },
  {
    request: `POST /v1/groups/${'a'.repeat(32)}/thaw`,
    to: `{"kind":"group","verb":"thaw","group":"${'a'.repeat(32)}"}`,
  },
  { request: `POST /v1/groups/${'a'.repeat(33)}/thaw`, to: '404' },
  { request: 'GET /v2/status', to: '404' },
  { request: 'GET //v1/status', to: '404' },
];
for (const { request, to } of cases) {
  test(`control routes: ${request}`, () => {
    const [method = '', target = ''] = request.split(' ');
    const routed = routeOf(method, target);
    if (routed.ok) assert.equal(JSON.stringify(routed.route), to);
    else assert.equal([routed.refusal.status, routed.refusal.allow].join(' ').trim(), to);
  });
}

test('control routes: no request line throws, and every refusal says what to do', () => {
  fc.assert(
    fc.property(fc.string(), fc.oneof(fc.string(), fc.webPath()), (method, target) => {
      const routed = routeOf(method, target);
      if (!routed.ok) assert.ok(routed.refusal.body.message.length < 200 && routed.refusal.body.hint !== '');
    }),
  );
});

type Verb = 'switchover' | 'drain' | 'thaw' | 'drill';
const group = (verb: Verb): Extract<Route, { kind: 'group' }> => {
  const routed = routeOf('POST', `/v1/groups/web/${verb}`);
  assert.ok(routed.ok && routed.route.kind === 'group');
  return routed.route;
};

const bodies: readonly { name: string; verb: Verb; body: unknown; to: string }[] = [
  {
    name: 'a drill without a body comes back, and plays dead',
    verb: 'drill',
    body: undefined,
    to: '{"kind":"drill","group":"web","stay":false,"planned":false}',
  },
  {
    name: 'a drill that stays and is planned',
    verb: 'drill',
    body: { stay: true, planned: true },
    to: '{"kind":"drill","group":"web","stay":true,"planned":true}',
  },
  {
    name: 'a drill that stays a little',
    verb: 'drill',
    body: { stay: 'a little' },
    to: '"stay" or "planned" is neither true nor false',
  },
  {
    name: 'a drill that waits',
    verb: 'drill',
    body: { wait: false },
    to: 'unknown field "wait" in the body',
  },
  {
    name: 'a switchover without a body lets the daemon choose',
    verb: 'switchover',
    body: undefined,
    to: '{"kind":"switchover","group":"web","to":""}',
  },
  {
    name: 'a switchover to a node',
    verb: 'switchover',
    body: { to: 'lb2' },
    to: '{"kind":"switchover","group":"web","to":"lb2"}',
  },
  {
    name: 'a target that is no name is refused',
    verb: 'switchover',
    body: { to: 'LB 2' },
    to: '"to" is not the name of a node',
  },
  {
    name: 'a target that is no text is refused',
    verb: 'switchover',
    body: { to: 7 },
    to: '"to" is not the name of a node',
  },
  { name: 'a list is refused', verb: 'drain', body: [], to: 'the body is not a JSON object' },
  { name: 'null is refused', verb: 'drain', body: null, to: 'the body is not a JSON object' },
  {
    name: 'a field of another order is refused',
    verb: 'drain',
    body: { to: 'lb2' },
    to: 'unknown field "to" in the body',
  },
  {
    name: 'a switchover that nobody waits for',
    verb: 'switchover',
    body: { to: 'lb2', wait: false },
    to: '{"kind":"switchover","group":"web","to":"lb2","wait":false}',
  },
  {
    name: 'a drain that nobody waits for',
    verb: 'drain',
    body: { wait: false },
    to: '{"kind":"drain","group":"web","wait":false}',
  },
  {
    name: 'waiting is what is done anyway',
    verb: 'drain',
    body: { wait: true },
    to: '{"kind":"drain","group":"web"}',
  },
  {
    name: 'a wait that is no yes or no is refused',
    verb: 'drain',
    body: { wait: 5 },
    to: '"wait" is neither true nor false',
  },
  {
    name: 'there is no waiting for what moves nothing',
    verb: 'thaw',
    body: { wait: false },
    to: 'unknown field "wait" in the body',
  },
  { name: 'an empty object will do', verb: 'drain', body: {}, to: '{"kind":"drain","group":"web"}' },
];
for (const { name, verb, body, to } of bodies) {
  test(`control orders: ${name}`, () => {
    const asked = commandOf(group(verb), body);
    assert.equal(asked.ok ? JSON.stringify(asked.command) : asked.refusal.body.message, to);
  });
}
