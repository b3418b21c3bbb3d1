/** An RP session in Redis: a hash of its data and of the values that logouts look for. */

import type { EndedSession, Login, OpSession, RpSession, SessionEnd } from "#lib/rp/model.ts";
import { lifetime } from "#lib/rp/store.ts";

type Hash = Record<string, string>;

/** The fields that a login adds to the hash; a script adds `sid` and `sub` to the indexes. */
export const loginFields = (login: Login): string[] =>
  flat({
    login: JSON.stringify(login),
    iss: login.iss,
    sub: login.sub,
    ...(login.sid ? { sid: login.sid } : {}),
    until: String(tokenExpiry(login)),
  });

/** The fields of a new session. */
export const sessionFields = ({ createdAt, expiresAt, form }: RpSession, login: Login): string[] => [
  ...flat({
    created: String(createdAt),
    expires: String(expiresAt),
    since: String(login.since),
    client: login.clientId,
    ...(form ? { form: JSON.stringify(form) } : {}),
  }),
  ...loginFields(login),
];

const flat = (fields: Hash): string[] => Object.entries(fields).flat();

/** Whatever an ID Token says, nothing is kept for longer than the lifetime of a session. */
const tokenExpiry = ({ claims, since }: Login): number =>
  Math.min(Math.ceil(claims.exp * 1000), since + lifetime.session);

/** @param hash empty if the session does not exist */
export function sessionFrom(sessionId: string, hash: Hash): RpSession | undefined {
  if (!hash.expires) return undefined;
  const parsed = (field: string) => (hash[field] ? { [field]: JSON.parse(hash[field]) } : {});
  const session: RpSession = {
    sessionId,
    createdAt: Number(hash.created),
    expiresAt: Number(hash.expires),
    ...parsed("form"),
    ...parsed("login"),
    ...parsed("tokens"),
    ...parsed("logout"),
  };
  if (!hash.ended) return session;
  const end = JSON.parse(hash.ended) as SessionEnd;
  return { ...session, ended: { ...end, livedMs: end.at - Number(hash.since) } };
}

/** What a script looks for among the logouts that may have overtaken a login. */
export const overtakable = ({ iss, sid, sub, clientId: client, claims }: Login) => ({
  ...{ iss, sid, sub, client },
  authenticatedAt: Number.isFinite(claims.auth_time) ? Number(claims.auth_time) : 0,
});

/** What a script returns for a logout that it has found. */
export type EndRow = [by: SessionEnd["by"], at: string];

export const endFrom = ([by, at]: EndRow): SessionEnd => ({ by, at: Number(at) });

/** What a script returns for a login. */
export type LoginRow = [clientId: string, sid: string | null | false];

export const loginFrom = (iss: string, [clientId, sid]: LoginRow): OpSession => ({
  ...{ iss, clientId },
  ...(sid ? { sid } : {}),
});

/** What a script returns for a session that it has ended. */
export type EndedRow = [sessionId: string, sub: string, sid: string | null | false, since: string];

export const endedFrom = ([sessionId, sub, sid, since]: EndedRow): EndedSession => ({
  sessionId,
  sub,
  ...(sid ? { sid } : {}),
  since: Number(since),
});
