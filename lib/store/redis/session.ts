/** An RP session as Redis keeps it: a hash, with what logouts look for beside the data. */

import type { EndedSession, Login, RpSession, SessionEnd } from "#lib/rp/model.ts";
import { lifetime } from "#lib/rp/store.ts";

type Hash = Record<string, string>;

/** Names and values of what a login adds to the hash; a script adds `sid` and `sub` to the indexes. */
export const loginFields = (login: Login): string[] =>
  flat({
    login: JSON.stringify(login),
    iss: login.iss,
    sub: login.sub,
    ...(login.sid ? { sid: login.sid } : {}),
    until: String(tokenExpiry(login)),
  });

/** Those of a session that begins. */
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

/** Whatever an ID Token says, nothing is remembered for longer than a session lives. */
const tokenExpiry = ({ claims, since }: Login): number =>
  Math.min(Math.ceil(claims.exp * 1000), since + lifetime.session);

/** @param hash without a field where there is no such session */
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

/** What a script answers of a session that it has ended. */
export type EndedRow = [sessionId: string, sub: string, sid: string | null, since: string];

export const endedFrom = ([sessionId, sub, sid, since]: EndedRow): EndedSession => ({
  sessionId,
  sub,
  ...(sid ? { sid } : {}),
  since: Number(since),
});
