/** Faults of isolation: the sid of a session that has ended comes back with the next sign-in in that browser. */
import { AsyncLocalStorage } from "node:async_hooks";
import { pagePaths } from "../paths.ts";
import { sidOf } from "../store/stored-session.ts";
import type { Fault } from "./fault.ts";

interface Ended {
  sid: string;
  accountId: string;
}

/** Sessions that were ended on the sessions page, by the value of the browser's session cookie. */
const ended = new Map<string, Ended>();

/** The last of them in the browser that sends this request. */
const endedHere = new AsyncLocalStorage<Ended | undefined>();

/** The session of the browser that ends one on the sessions page. */
const atSessionsPage = new AsyncLocalStorage<string | undefined>();

/** Keeps the value of the session cookie, which a sign-in replaces. */
const keptCookie = "op.ended";

/** @param own whether it was the browser itself that ended its session, or an administrator
 * @param isFor whether this user gets the sid of the ended session */
const bornAgain = (
  own: boolean,
  isFor: (before: Ended, accountId: string) => boolean,
): Required<Pick<Fault, "install" | "around">> => ({
  around: async ({ provider }, ctx, next) => {
    const current = ctx.cookies.get(provider.cookieName("session"), { signed: true }) ?? "";
    const before = ended.get(current) ?? ended.get(ctx.cookies.get(keptCookie, { signed: true }) ?? "");
    const atPage = ctx.path === pagePaths.sessionsEnd ? await provider.Session.get(ctx) : undefined;
    await atSessionsPage.run(atPage?.uid, () => endedHere.run(before, next));
    if (ended.has(current)) ctx.cookies.set(keptCookie, current, { signed: true, sameSite: "lax" });
  },
  install: ({ provider, store }) => {
    const take = store.takeSession;
    store.takeSession = (uid) => {
      const session = take.call(store, uid);
      const here = atSessionsPage.getStore();
      const sid = session && sidOf(session);
      if (session && sid && here !== undefined && (here === uid) === own)
        ended.set(session.jti, { sid, accountId: session.accountId });
      return session;
    };
    const prototype = provider.Session.prototype;
    const ensure = prototype.ensureClientContainer;
    prototype.ensureClientContainer = function (clientId) {
      const before = endedHere.getStore();
      const isReborn = before && this.accountId && isFor(before, this.accountId);
      if (isReborn && !this.sidFor(clientId)) this.sidFor(clientId, before.sid);
      ensure.call(this, clientId);
    };
  },
});

const common = { family: "I", clause: "BCL 2.1" } as const;

export const rebornSids: readonly Fault[] = [
  {
    ...common,
    name: "sid-born-again-after-administrator",
    does: "After an administrator has ended a session, the same user's next sign-in in that browser has its sid.",
    check: "B-30",
    ...bornAgain(false, (before, accountId) => before.accountId === accountId),
  },
  {
    ...common,
    name: "sid-left-to-next-user",
    does: "After an administrator has ended a session, another user who signs in in that browser gets its sid.",
    check: "B-30",
    ...bornAgain(false, (before, accountId) => before.accountId !== accountId),
  },
  {
    ...common,
    name: "sid-born-again-after-logout-at-op",
    does: "After a logout on the OP's own page, the next sign-in in that browser has the sid of the ended session.",
    check: "B-29",
    ...bornAgain(true, () => true),
  },
];
