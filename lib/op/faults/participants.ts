/** Faults of back-channel logout: who is notified, and of what. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { OpenIdProvider } from "../open-id-provider.ts";
import { pagePaths } from "../paths.ts";
import type { Fault } from "./fault.ts";

interface NotifiedClient {
  clientId: string;
  backchannelLogout(sub: string, sid: string): Promise<void>;
}

/** Wraps every delivery of a logout token, before the token is made.
 * @param around may deliver once, several times or never */
export function aroundDeliveries(
  { provider }: OpenIdProvider,
  around: (to: { clientId: string; sid: string }, deliver: () => Promise<void>) => Promise<void>,
): void {
  const prototype = provider.Client.prototype as unknown as NotifiedClient;
  const deliver = prototype.backchannelLogout;
  prototype.backchannelLogout = function (sub, sid) {
    return around({ clientId: this.clientId, sid }, () => deliver.call(this, sub, sid));
  };
}

/** The client that requested the logout in progress. */
const initiator = new AsyncLocalStorage<unknown>();

/** The session of the browser that uses the sessions page. */
const atSessionsPage = new AsyncLocalStorage<string>();

/** Whether the request in progress ends a session on the sessions page. */
const endedOnPage = new AsyncLocalStorage<boolean>();

/** Does not notify the apps of a session that is ended on the sessions page.
 * @param own true for the browser's own session, false for others */
const silentOnSessionsPage = (own: boolean): Pick<Fault, "install" | "around"> => ({
  around: async ({ provider }, ctx, next) => {
    if (ctx.path !== pagePaths.sessionsEnd) return void (await next());
    const { uid } = await provider.Session.get(ctx);
    await atSessionsPage.run(uid, next);
  },
  install: ({ store }) => {
    const take = store.takeSession;
    store.takeSession = (uid) => {
      const session = take.call(store, uid);
      const here = atSessionsPage.getStore();
      if (!session || here === undefined || (here === uid) !== own) return session;
      store.revokeGrants(session.authorizations);
      return { ...session, authorizations: {} };
    };
  },
});

export const participants: readonly Fault[] = [
  {
    name: "initiator-not-told",
    family: "B",
    does: "The app that requests a logout gets no logout token, although other browsers may be signed in there.",
    clause: "BCL 2.3",
    check: "B-01",
    around: async ({ provider }, ctx, next) => {
      if (ctx.path !== pagePaths.logoutConfirm) return void (await next());
      const { state } = await provider.Session.get(ctx);
      await initiator.run(state?.clientId, next);
    },
    install: (op) =>
      aroundDeliveries(op, async ({ clientId }, deliver) => {
        if (clientId !== initiator.getStore()) await deliver();
      }),
  },
  {
    name: "logout-at-op-tells-nobody",
    family: "B",
    does: "A user who ends the session on the OP's own page stays signed in at every app.",
    clause: "RIL 3",
    check: "B-29",
    ...silentOnSessionsPage(true),
  },
  {
    name: "administrator-tells-nobody",
    family: "B",
    does: "A session ended by an administrator continues at every app.",
    clause: "BCL 2.4",
    check: "B-30",
    ...silentOnSessionsPage(false),
  },
  {
    name: "administrator-sends-bare-token",
    family: "B",
    does: "The logout token of a session that was ended on the sessions page has no events claim.",
    clause: "BCL 2.4",
    check: "B-09",
    around: (_op, ctx, next) =>
      endedOnPage.run(ctx.path === pagePaths.sessionsEnd, async () => void (await next())),
    logoutToken: ({ claims }) => {
      if (endedOnPage.getStore()) delete claims.events;
    },
  },
  {
    name: "told-for-each-sign-in",
    family: "B",
    does: "An app where the user signed in three times in one session gets three logout tokens.",
    clause: "BCL 2.5",
    check: "B-33",
    verdict: "warn",
    install: (op) => {
      const signIns = new Map<string, number>();
      op.provider.on("authorization.success", ({ oidc: { session, client } }) => {
        const key = `${session?.sidFor(client?.clientId ?? "")} ${client?.clientId}`;
        signIns.set(key, (signIns.get(key) ?? 0) + 1);
      });
      aroundDeliveries(op, async ({ clientId, sid }, deliver) => {
        const times = signIns.get(`${sid} ${clientId}`) ?? 1;
        for (let time = 0; time < times; time++) await deliver();
      });
    },
  },
];
