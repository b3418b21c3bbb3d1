/** Users with a session each at an app, thousands at once: written to its store as a login would. */
import { CookieJar } from "tough-cookie";
import { parseRpConfig } from "#lib/config/rp-config.ts";
import { createLog } from "#lib/log.ts";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import { canonicalBaseUrl, createRelyingParty } from "#lib/rp/relying-party.ts";
import { sessionCookie } from "#lib/rp/session/session-cookie.ts";
import { openRedisStore } from "#lib/store/redis/store.ts";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";
import { sessionOf } from "#lib/store/testing/stored.ts";
import type { TestIssuer } from "../support/test-issuer.ts";
import { withEach } from "./connections.ts";

export interface User {
  sub: string;
  sid: string;
  /** The Cookie header of its browser. */
  cookie: () => Promise<string>;
}

/** Settings of an app at this issuer, before it is started. */
export const settingsOf = (issuer: TestIssuer, data: string, ports: readonly number[]) => ({
  RP_NAME: "playground2",
  RP_BASE_URLS: ports.map((port) => `http://localhost:${port}/playground2`).join(),
  RP_SECRET: crypto.randomUUID() + crypto.randomUUID(),
  OP_ISSUER: issuer.issuer,
  ALLOW_LOOPBACK: "true",
  CLIENT_ID: "playground2",
  CLIENT_SECRET: crypto.randomUUID(),
  DATA_DIR: data,
  REDIS_URL: "",
});

/** @param settings of the app; with SQLite it must not run
 *  @param names what the subjects begin with, different for each call */
export async function signInMany(
  settings: Record<string, string>,
  count: number,
  names: string,
): Promise<User[]> {
  const config = parseRpConfig(settings);
  const { RP_NAME, DATA_DIR, REDIS_URL, OP_ISSUER: iss, CLIENT_ID: clientId } = config;
  const log = createLog({ ...config, name: RP_NAME, LOG_LEVEL: "silent" });
  const store = REDIS_URL ? openRedisStore(REDIS_URL, RP_NAME) : openSqliteStore(DATA_DIR, RP_NAME);
  const rp = createRelyingParty({ config, store, log });
  const users = Array.from({ length: count }, (_, n) => ({ sub: `${names}-${n}`, sid: crypto.randomUUID() }));
  const signedIn: User[] = [];
  try {
    await withEach(users, async ({ sub, sid }) => {
      const session = sessionOf(sub, sid, { expiresAt: Date.now() + 3_600_000 });
      Object.assign(session.login ?? {}, { iss, clientId, since: Date.now() });
      await store.beginSession(session, undefined, Date.now());
      const sealed = () => sessionCookie(session.sessionId, canonicalBaseUrl(rp), rp);
      signedIn.push({ sub, sid, cookie: async () => (await sealed()).split(";", 1).join() });
    });
    return signedIn;
  } finally {
    await store.close();
  }
}

/** The browser of this user. */
export async function browserOf({ cookie }: User, base: string): Promise<HttpBrowser> {
  const jar = new CookieJar();
  jar.setCookieSync(await cookie(), base);
  return new HttpBrowser(fetch, jar, base);
}
