/** Faults that affect the sessions of others. */
import { createHash } from "node:crypto";
import { endSession } from "../logout/end-session.ts";
import { sessionsOf } from "../logout/everywhere.ts";
import type { OpenIdProvider } from "../open-id-provider.ts";
import { endpointPaths } from "../paths.ts";
import type { StoredSession } from "../store/stored-session.ts";
import type { Fault } from "./fault.ts";
import { unaskedWhere } from "./questions.ts";

/** Makes the end of a session end others too. */
function endingToo(others: (op: OpenIdProvider, ended: StoredSession) => StoredSession[]) {
  return (op: OpenIdProvider): void => {
    const { store } = op;
    const end = store.endSessions;
    store.endSessions = (uids) => {
      const ended = end.call(store, uids);
      const more = ended.flatMap(({ session }) => others(op, session));
      for (const { uid } of more) void endSession(op, uid, "a fault");
      return ended;
    };
  };
}

/** Derives the sid from a session in another way. */
function identifying(sidOf: (session: { uid: string; accountId?: string | undefined }) => string) {
  return ({ provider }: OpenIdProvider): void => {
    provider.Session.prototype.ensureClientContainer = function (clientId) {
      if (!this.sidFor(clientId)) this.sidFor(clientId, sidOf(this));
    };
  };
}

export const isolation: readonly Fault[] = [
  {
    name: "logout-ends-all-users",
    family: "I",
    does: "A logout ends the sessions of all users.",
    clause: "BCL 2.4",
    check: "I-01",
    install: endingToo(({ store }) => store.sessions()),
  },
  {
    name: "logout-ends-every-session",
    family: "I",
    does: "A logout in one browser ends the user's sessions in all browsers.",
    clause: "BCL 2.1",
    check: "I-02",
    install: endingToo(({ store }, { accountId }) => sessionsOf(store, accountId)),
  },
  {
    name: "every-client-told",
    family: "I",
    does: "A logout notifies all registered clients, even those the user never signed in to.",
    clause: "BCL 2.3",
    check: "I-04",
    install: (op) => {
      const clients: string[] = [];
      op.provider.on("registration_create.success", (_ctx, { clientId }) => clients.push(clientId));
      const { store } = op;
      const take = store.takeSession;
      store.takeSession = (uid) => {
        const session = take.call(store, uid);
        const [sid] = Object.values(session?.authorizations ?? {}).map((each) => each.sid);
        const everyClient = Object.fromEntries(clients.map((clientId) => [clientId, { sid }]));
        return session && { ...session, authorizations: { ...everyClient, ...session.authorizations } };
      };
    },
  },
  {
    name: "hint-of-another-user-answers",
    family: "I",
    does: "With another user's ID Token as hint, the user is logged out without being asked.",
    clause: "RIL 2",
    check: "I-05",
    configure: unaskedWhere(({ oidc: { entities, session } }) => {
      const { sub } = entities.IdTokenHint?.payload ?? {};
      return sub !== undefined && sub !== session?.accountId;
    }),
  },
  {
    name: "logout-hint-ends-sessions",
    family: "I",
    does: "A logout request ends the sessions of the user named in logout_hint, regardless of who sends it.",
    clause: "RIL 2",
    check: "I-06",
    around: async (op, ctx, next) => {
      const { logout_hint: user } = ctx.query;
      if (ctx.path === endpointPaths.end_session && typeof user === "string") {
        await Promise.all(sessionsOf(op.store, user).map(({ uid }) => endSession(op, uid, "a fault")));
      }
      await next();
    },
  },
  {
    name: "logout-token-for-all-sessions",
    family: "I",
    does: "The logout token has no sid, so the app also ends the user's sessions in other browsers.",
    clause: "BCL 2.4",
    check: "I-09",
    logoutToken: ({ claims }) => {
      delete claims.sid;
    },
  },
  {
    name: "sid-of-the-user",
    family: "I",
    does: "The sid is the same for all sessions of a user, even after a logout and a new sign-in.",
    clause: "BCL 2.1",
    check: "I-07",
    install: identifying(({ accountId = "" }) => createHash("sha256").update(accountId).digest("hex")),
  },
  {
    name: "sid-counts",
    family: "I",
    does: "The sid is a counter: anyone can guess the sid of other sessions.",
    clause: "BCL 2.1",
    check: "I-07",
    install: (op) => {
      const uids: string[] = [];
      identifying(({ uid }) => {
        if (!uids.includes(uid)) uids.push(uid);
        return String(1000 + uids.indexOf(uid));
      })(op);
    },
  },
  {
    name: "session-cookie-of-all-issuers",
    family: "I",
    does: "All issuers on a host use the same session cookie name: a sign-in at one replaces the session of another.",
    clause: "RFC 8725 3.8",
    check: "I-08",
    configure: ({ cookies = {} }) => {
      cookies.names = { ...cookies.names, session: "op.session" };
    },
  },
  {
    name: "session-cookie-readable",
    family: "I",
    does: "Scripts on the OP's pages can read the session cookie: it is not HttpOnly.",
    clause: "RFC 6265 8",
    check: "I-13",
    verdict: "warn",
    around: async (_op, ctx, next) => {
      await next();
      const cookies = [ctx.response.get("Set-Cookie")].flat();
      if (cookies.some(Boolean))
        ctx.set(
          "Set-Cookie",
          cookies.map((cookie) => cookie.replace(/; httponly/i, "")),
        );
    },
  },
  {
    name: "failed-delivery-hidden",
    family: "I",
    does: "The failed delivery of a logout token is neither logged nor shown to the administrator.",
    clause: "BCL 2.5",
    check: "I-10",
    verdict: "warn",
    install: ({ deliveries }) => {
      const { recent, report } = deliveries;
      deliveries.recent = () => recent.call(deliveries).filter(({ error }) => !error);
      deliveries.report = (delivery, attempt) => {
        if (!attempt.error) report.call(deliveries, delivery, attempt);
      };
    },
  },
];
