import { request, type IncomingMessage } from 'node:http';
import { OperatorError, type ErrorCode } from '../core/errors.ts';
import type { DrillState } from '../core/drill-report.ts';
import type { EventRecord, ExplainReport, StatusReport } from '../core/report.ts';
import { whoMayUse } from './group-file.ts';
import { PID_HEADER, type DoneBody, type StreamEnd } from './messages.ts';

const READ_TIMEOUT_MS = 5_000;
/** Longer than the server's own limit for an order, so that its word comes first. */
const ORDER_TIMEOUT_MS = 65_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
const MAX_LINE_CHARACTERS = 1024 * 1024;

/**
 * One request to the daemon behind the socket → the JSON of its answer.
 * Throws OperatorError: CONTROL_UNREACHABLE when nobody answers, or what the daemon refused with, as it said it.
 */
export async function controlRequest(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  body?: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const timeoutMs = method === 'GET' ? READ_TIMEOUT_MS : ORDER_TIMEOUT_MS;
  const answer = await ask(socketPath, { method, path, timeoutMs, body });
  const text = await textOf(socketPath, answer);
  return jsonOf(socketPath, answer, text);
}

export const fetchStatus = async (socketPath: string): Promise<StatusReport> =>
  (await controlRequest(socketPath, 'GET', '/v1/status')) as StatusReport;

/** As Prometheus reads them. */
export async function fetchMetrics(socketPath: string): Promise<string> {
  const answer = await ask(socketPath, { method: 'GET', path: '/metrics', timeoutMs: READ_TIMEOUT_MS });
  const text = await textOf(socketPath, answer);
  if (answer.statusCode !== 200) jsonOf(socketPath, answer, text);
  return text;
}

/** `group` must be a name: it becomes a part of the path. */
export const fetchExplanation = async (socketPath: string, group: string): Promise<ExplainReport> =>
  (await controlRequest(socketPath, 'GET', `/v1/groups/${group}/explain`)) as ExplainReport;

/** `group` must be a name, too. */
export const fetchDrill = async (socketPath: string, group: string, planned: boolean): Promise<DrillState> =>
  (await controlRequest(
    socketPath,
    'GET',
    `/v1/groups/${group}/drill${planned ? '?planned=1' : ''}`,
  )) as DrillState;

export const fetchEvents = async (socketPath: string, after = 0): Promise<readonly EventRecord[]> =>
  (await controlRequest(socketPath, 'GET', `/v1/events?after=${after}`)) as EventRecord[];

export const sendOrder = async (
  socketPath: string,
  path: string,
  body: Readonly<Record<string, unknown>> = {},
): Promise<DoneBody> => (await controlRequest(socketPath, 'POST', path, body)) as DoneBody;

/**
 * The kept events above `after` and then every new one, until `signal` aborts or the daemon ends the stream; then the
 * daemon's last word is returned, undefined when it went without one. Throws as controlRequest does.
 */
export async function* followEvents(
  socketPath: string,
  { after = 0, signal }: { after?: number; signal: AbortSignal },
): AsyncGenerator<EventRecord, StreamEnd | undefined> {
  const path = `/v1/events?follow=1&after=${after}`;
  const answer = await ask(socketPath, { method: 'GET', path, timeoutMs: READ_TIMEOUT_MS, signal });
  if (answer.statusCode !== 200) jsonOf(socketPath, answer, await textOf(socketPath, answer));
  answer.socket.setTimeout(0);
  let rest = '';
  try {
    for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_CHARACTERS) throw unreadable(socketPath);
      for (const line of lines) {
        const said = recordOrEnd(socketPath, line);
        if ('end' in said) return said;
        yield said;
      }
    }
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    // Aborted by us, or the daemon was killed: the stream is over either way.
  } finally {
    answer.destroy();
  }
  return undefined;
}

/** The pid of the daemon behind the socket, undefined when it does not say so in time. Never throws. */
export async function daemonPid(socketPath: string, timeoutMs: number): Promise<number | undefined> {
  try {
    const answer = await ask(socketPath, { method: 'GET', path: '/', timeoutMs });
    answer.destroy();
    const pid = Number(answer.headers[PID_HEADER]);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly timeoutMs: number;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  readonly signal?: AbortSignal;
}

function ask(socketPath: string, { method, path, timeoutMs, body, signal }: Asked): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = request({
      socketPath,
      method,
      path,
      timeout: timeoutMs,
      agent: false,
      headers: { Host: 'localhost', 'Content-Type': 'application/json' },
      ...(signal === undefined ? {} : { signal }),
    });
    asking.once('response', resolve);
    asking.on('timeout', () => asking.destroy(silent(socketPath, timeoutMs)));
    asking.on('error', (error: NodeJS.ErrnoException) => {
      reject(
        error instanceof OperatorError || signal?.aborted === true ? error : unreachableAt(socketPath, error),
      );
    });
    asking.end(method === 'POST' ? JSON.stringify(body ?? {}) : undefined);
  });
}

async function textOf(socketPath: string, answer: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
      text += chunk;
      if (text.length > MAX_ANSWER_BYTES) throw unreadable(socketPath);
    }
  } catch (error) {
    throw error instanceof OperatorError ? error : unreachableAt(socketPath, error as NodeJS.ErrnoException);
  }
  return text;
}

function jsonOf(socketPath: string, answer: IncomingMessage, text: string): unknown {
  const body = parsed(socketPath, text);
  if (answer.statusCode === 200) return body;
  const { code, message, hint } = (body ?? {}) as Partial<Record<string, unknown>>;
  if (typeof code !== 'string' || typeof message !== 'string' || typeof hint !== 'string') {
    throw unreadable(socketPath);
  }
  throw new OperatorError(code as ErrorCode, message, { hint }); // a newer daemon may know more codes than we do
}

function recordOrEnd(socketPath: string, line: string): EventRecord | StreamEnd {
  const said = parsed(socketPath, line);
  if (typeof said !== 'object' || said === null) throw unreadable(socketPath);
  return said as EventRecord | StreamEnd;
}

function parsed(socketPath: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw unreadable(socketPath);
  }
}

function unreadable(socketPath: string): OperatorError {
  return new OperatorError(
    'CONTROL_UNREACHABLE',
    `what answers on ${socketPath} does not speak as sealbeat does`,
    {
      hint: 'is it the right socket? The daemon and this command may also be of different versions',
    },
  );
}

function silent(socketPath: string, timeoutMs: number): OperatorError {
  return new OperatorError(
    'CONTROL_UNREACHABLE',
    `the daemon on ${socketPath} did not answer within ${timeoutMs / 1_000} s`,
    { hint: 'it hangs, is stopped (SIGSTOP), or the host is starved; see its log' },
  );
}

function unreachableAt(socketPath: string, error: NodeJS.ErrnoException): OperatorError {
  const of = (message: string, hint: string): OperatorError =>
    new OperatorError('CONTROL_UNREACHABLE', message, { hint, cause: error });
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return of(
        `there is no control socket at ${socketPath}`,
        'is the daemon running? Start it with: sealbeat run; if it uses another socket, name it with --control',
      );
    case 'EACCES':
    case 'EPERM':
      return of(`not allowed to use ${socketPath}`, `it is open to ${whoMayUse(socketPath)}; try with sudo`);
    case 'ECONNREFUSED':
      return of(
        `nobody listens on ${socketPath} any more: the daemon that made it has died`,
        'see its log for the reason, then start it with: sealbeat run (it replaces the dead socket)',
      );
    case 'ENOTSOCK':
      return of(`${socketPath} is not a socket`, 'name the control socket with --control');
    case 'EAGAIN':
      return of(`too many clients wait on ${socketPath}`, 'try again; if it lasts, the daemon hangs');
    case 'ECONNRESET':
    case 'EPIPE':
      return of(
        `the daemon on ${socketPath} hung up without an answer`,
        'too many clients at once, or it is just stopping; try again',
      );
    default:
      return of(`cannot talk to the daemon on ${socketPath}: ${error.message}`, 'see the log of the daemon');
  }
}
