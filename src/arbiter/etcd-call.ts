import type { MonoMs } from '../core/units.ts';
import { fieldAt } from './answer-field.ts';
import type { Answer, Asker } from './request.ts';
import { Unclear } from './unclear.ts';

export interface UserPassword {
  readonly user: string;
  readonly password: string;
}

export type EtcdCall = (path: string, body: object, byMs: MonoMs) => Promise<Answer>;

/** Calls of etcd's JSON gateway, logged in when there is a user. A token that is no longer good is replaced once. */
export function etcdCalls(asker: Asker, login: UserPassword | undefined): EtcdCall {
  const post = (path: string, body: object, byMs: MonoMs, headers = {}): Promise<Answer> =>
    asker.ask({ method: 'POST', path, body, headers }, byMs);
  if (login === undefined) return post;

  let token: string | undefined;
  const newToken = async (byMs: MonoMs): Promise<string> => {
    const answer = await post('/v3/auth/authenticate', { name: login.user, password: login.password }, byMs);
    const given = fieldAt(answer.body, 'token');
    if (answer.status === 200 && typeof given === 'string' && /^[\x21-\x7e]+$/.test(given)) return given;
    throw new Unclear(`etcd does not log us in: ${answer.status} ${answer.words}`);
  };
  return async (path, body, byMs) => {
    token ??= await newToken(byMs);
    const answer = await post(path, body, byMs, { Authorization: token });
    if (!isTokenRefused(answer)) return answer;
    token = await newToken(byMs);
    return await post(path, body, byMs, { Authorization: token });
  };
}

const UNAUTHENTICATED = 16;

/** Tokens end after five minutes without use, with a restart of etcd, and with every change of users and roles. */
function isTokenRefused({ status, body, words }: Answer): boolean {
  if (status === 401 || fieldAt(body, 'error', 'grpc_code') === UNAUTHENTICATED) return true;
  return status !== 200 && words.includes('revision of auth store is old');
}
