/** Faults of the logout request that notify apps of a logout that has not happened. */
import { decodeJwt } from "jose";
import { logoutTokenSender } from "../logout/backchannel-logout.ts";
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import { endpointPaths, pagePaths } from "../paths.ts";
import { participantsOf, type StoredSession, sidOf } from "../store/stored-session.ts";
import type { Fault } from "./fault.ts";

const common = { family: "R", clause: "RIL 2" } as const;

/** Notifies the apps of a session that it has ended, but keeps it alive. */
async function notifyApps(op: OpenIdProvider, session: StoredSession | undefined): Promise<void> {
  if (!session) return;
  const { accountId } = session;
  await Promise.all(participantsOf(session).map(({ clientId, sid }) => notify(op, clientId, accountId, sid)));
}

const notify = ({ provider, store }: OpenIdProvider, clientId: string, accountId: string, sid: string) =>
  logoutTokenSender(provider, store)({ clientId, accountId, sid, endedAt: new Date() }, () => undefined);

/** The claims of a logout request's hint, unverified. */
function claimsOfHint({ path, query }: Context): Record<string, unknown> {
  const { id_token_hint: hint } = path === endpointPaths.end_session ? query : {};
  try {
    return decodeJwt(String(hint));
  } catch {
    return {};
  }
}

/** The claims of the hint in each session's last logout request, by the session's uid. */
const asked = new Map<string, Record<string, unknown>>();

export const notifiedTooSoon: readonly Fault[] = [
  {
    ...common,
    name: "apps-told-while-asking",
    does: "A logout request without parameters notifies the apps while the user is still being asked.",
    check: "R-24",
    around: async (op, ctx, next) => {
      if (ctx.path === endpointPaths.end_session && ctx.querystring === "") {
        const { uid } = await op.provider.Session.get(ctx);
        await notifyApps(op, op.store.sessionByUid(uid));
      }
      await next();
    },
  },
  {
    ...common,
    name: "forged-hint-tells-apps",
    does: "A hint with a wrong signature is refused, but if it names another session, the apps of that session are notified.",
    check: "R-17",
    around: async (op, ctx, next) => {
      const { sid } = claimsOfHint(ctx);
      const own = sid === undefined ? undefined : await op.provider.Session.get(ctx);
      await next();
      const named = op.store
        .sessions()
        .find((session) => own && session.uid !== own.uid && sidOf(session) === sid);
      if (ctx.status >= 400) await notifyApps(op, named);
    },
  },
  {
    ...common,
    name: "session-of-the-hint-told",
    does: "After a Yes the app is notified of the session that the hint names, although another one has ended.",
    check: "R-22",
    around: async (op, ctx, next) => {
      const { uid } = await op.provider.Session.get(ctx);
      const claims = claimsOfHint(ctx);
      if (ctx.path === endpointPaths.end_session) asked.set(uid, claims);
      const { aud, sub, sid } = asked.get(uid) ?? {};
      await next();
      if (ctx.path === pagePaths.logoutConfirm) await notify(op, String(aud), String(sub), String(sid));
    },
  },
];
