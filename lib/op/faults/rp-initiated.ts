/** Faults of RP-initiated logout: what a logout ends, and how it is answered. */
import { randomUUID } from "node:crypto";
import { withParameters } from "../logout/registered-address.ts";
import type { Context } from "../open-id-provider.ts";
import { finish } from "../pages/interaction.ts";
import { endpointPaths, pagePaths } from "../paths.ts";
import { changeText, changeWayBack } from "./answers.ts";
import type { Fault } from "./fault.ts";
import { refuse, refusing } from "./refusal.ts";

const isPost = (ctx: Context, path: string): boolean => ctx.method === "POST" && ctx.path === path;
const isLogoutRequest = (ctx: Context): boolean => ctx.path === endpointPaths.end_session;

/** Cookie with the user who last logged out in this browser. */
const rememberedCookie = "op.remembered";

/** Cookie with the `logout_hint` of the last logout request. */
const hintCookie = "op.hint";

/** Cookie with the state of the last silent request that found no session. */
const silentCookie = "op.silent";

export const rpInitiated: readonly Fault[] = [
  {
    name: "logout-without-effect",
    family: "R",
    does: "The browser returns to the app as after a logout, but no session has ended and no app was notified.",
    clause: "RIL 2",
    check: "R-01",
    around: async (op, ctx, next) => {
      if (!isPost(ctx, pagePaths.logoutConfirm)) return void (await next());
      const { state = {} } = await op.provider.Session.get(ctx);
      const { postLogoutRedirectUri: uri = pagePaths.loggedOut, state: value } = state;
      ctx.status = 303;
      ctx.redirect(withParameters(String(uri), typeof value === "string" ? { state: value } : {}));
    },
  },
  {
    name: "session-outlives-logout",
    family: "R",
    does: "A logout removes the cookie but keeps the session: anyone with a copy of the cookie is still signed in.",
    clause: "RIL 2",
    check: "R-43",
    around: async (op, ctx, next) => {
      const { store, provider } = op;
      const isAnswer = isPost(ctx, pagePaths.logoutConfirm);
      const { jti = "" } = isAnswer ? await provider.Session.get(ctx) : {};
      const session = isAnswer ? store.find("Session", jti) : undefined;
      await next();
      if (session) store.upsert("Session", jti, { ...session, uid: randomUUID() }, 3600);
    },
  },
  {
    name: "post-ignored",
    family: "R",
    does: "A logout request by POST is answered with the page that confirms the logout, but ends nothing.",
    clause: "RIL 2",
    check: "R-02",
    around: async (_op, ctx, next) => {
      if (!isPost(ctx, endpointPaths.end_session)) return void (await next());
      ctx.status = 303;
      ctx.redirect(pagePaths.loggedOut);
    },
  },
  {
    name: "large-post-refused",
    family: "R",
    does: "A logout request of more than 8 KiB is refused, as by a proxy with a small limit.",
    clause: "RIL 2",
    check: "R-03",
    around: async (op, ctx, next) => {
      const isLarge = (ctx.request.length ?? 0) > 8 * 1024;
      if (!isLarge || !isPost(ctx, endpointPaths.end_session)) return void (await next());
      ctx.req.resume();
      refuse(op, ctx, 413, "The request is too large.");
    },
  },
  {
    name: "second-logout-refused",
    family: "R",
    does: "A logout request without a session is an error.",
    clause: "RIL 4",
    check: "R-30",
    around: async (op, ctx, next) => {
      const { accountId } = isLogoutRequest(ctx) ? await op.provider.Session.get(ctx) : {};
      if (accountId || !isLogoutRequest(ctx)) await next();
      else refuse(op, ctx, 400, "No user is signed in.");
    },
  },
  {
    name: "second-logout-asks-to-sign-in",
    family: "R",
    does: "A logout request without a session leads to the sign-in page instead of back to the app.",
    clause: "RIL 4",
    check: "R-30",
    around: async (op, ctx, next) => {
      const { accountId } = isLogoutRequest(ctx) ? await op.provider.Session.get(ctx) : {};
      if (accountId || !isLogoutRequest(ctx)) return void (await next());
      ctx.status = 303;
      ctx.redirect(pagePaths.sessions); // which asks for user name and password
    },
  },
  {
    name: "unknown-parameter-refused",
    family: "R",
    does: "A logout request with an unknown parameter is an error.",
    clause: "RIL 2",
    check: "R-34",
    verdict: "warn",
    around: refusing("Unknown parameter.", ({ query }) => {
      const known = /^(id_token_hint|logout_hint|client_id|post_logout_redirect_uri|state|ui_locales)$/;
      return Object.keys(query).some((name) => !known.test(name));
    }),
  },
  {
    name: "redirect-by-307",
    family: "R",
    does: "A logout request by POST is redirected with 307, so the browser posts the hint again.",
    clause: "RFC 9700 4.12",
    check: "R-38",
    around: async (_op, ctx, next) => {
      if (!isPost(ctx, endpointPaths.end_session) || ctx.querystring) return void (await next());
      ctx.status = 307;
      ctx.redirect(`${endpointPaths.end_session}?again=1`);
    },
  },
  {
    name: "parameters-as-html",
    family: "R",
    does: "The logout question shows the state of the request unescaped.",
    clause: "RIL 4",
    check: "R-42",
    around: async (_op, ctx, next) => {
      await next();
      const { state } = ctx.query;
      if (isLogoutRequest(ctx) && typeof state === "string") {
        await changeText(ctx, (page) => page.replace("</main>", () => `<p>${state}</p></main>`));
      }
    },
  },
  {
    name: "logout-hint-as-html",
    family: "R",
    does: "The logout question shows the logout_hint unescaped, unless the request also names languages.",
    clause: "RIL 4",
    check: "R-42",
    around: async (_op, ctx, next) => {
      await next();
      const { logout_hint: hint, ui_locales: locales } = ctx.query;
      if (isLogoutRequest(ctx) && typeof hint === "string" && !locales)
        await changeText(ctx, (page) => page.replace("</main>", () => `<p>${hint}</p></main>`));
    },
  },
  {
    name: "logout-hint-as-html-after-yes",
    family: "R",
    does: "The page that confirms a logout shows the logout_hint of the request unescaped.",
    clause: "RIL 4",
    check: "R-42",
    around: async (_op, ctx, next) => {
      const shown = ctx.cookies.get(hintCookie, { signed: true });
      await next();
      const { logout_hint: hint } = ctx.query;
      if (isLogoutRequest(ctx) && typeof hint === "string")
        ctx.cookies.set(hintCookie, encodeURIComponent(hint), { signed: true, sameSite: "lax" });
      if (ctx.path === pagePaths.loggedOut && shown)
        await changeText(ctx, (page) =>
          page.replace("</main>", () => `<p>${decodeURIComponent(shown)}</p></main>`),
        );
    },
  },
  {
    name: "apps-told-too-late",
    family: "R",
    does: "The browser comes back to the app before the logout tokens are sent.",
    clause: "RIL 3",
    check: "R-46",
    deliver: async ({ url, init: { signal: _, ...init } }, send) => {
      setTimeout(() => void send({ url, init }).catch(() => undefined), 3_000).unref();
      return new Response(null, { status: 200 });
    },
  },
  {
    name: "apps-told-after-the-browser",
    family: "R",
    does: "The browser comes back to the app a second and a half before the logout tokens are sent.",
    clause: "RIL 3",
    check: "R-46",
    deliver: async ({ url, init: { signal: _, ...init } }, send) => {
      setTimeout(() => void send({ url, init }).catch(() => undefined), 1_500).unref();
      return new Response(null, { status: 200 });
    },
  },
  {
    name: "offline-access-revoked",
    family: "R",
    does: "A logout also revokes refresh tokens with offline_access, which are meant to outlive it.",
    clause: "BCL 2.7",
    check: "R-50",
    verdict: "warn",
    install: ({ store }) => {
      const revoke = store.revokeGrants;
      store.revokeGrants = (authorizations = {}) => {
        const each = Object.entries(authorizations);
        revoke.call(store, Object.fromEntries(each.map(([id, { grantId }]) => [id, { grantId }])));
      };
    },
  },
  {
    name: "password-remembered",
    family: "R",
    does: "After a logout the next sign-in asks for no password: the browser remembers the user.",
    clause: "RIL 2",
    check: "R-52",
    around: async (op, ctx, next) => {
      const remembered = ctx.cookies.get(rememberedCookie, { signed: true });
      if (ctx.method === "GET" && ctx.path.startsWith(`${pagePaths.signIn}/`) && remembered) {
        return finish(op, ctx, { login: { accountId: remembered, amr: ["pwd"] } });
      }
      const isAnswer = isPost(ctx, pagePaths.logoutConfirm);
      const { accountId } = isAnswer ? await op.provider.Session.get(ctx) : {};
      await next();
      if (accountId) ctx.cookies.set(rememberedCookie, accountId, { signed: true, sameSite: "lax" });
    },
  },
  {
    name: "answer-with-state-of-silent-request",
    family: "R",
    does: "After a silent request without a session, the next sign-in in that browser is answered with its state.",
    clause: "RFC 6749 4.1.2",
    check: "R-22",
    install: ({ provider }) => {
      provider.on("authorization.success", (ctx, response) => {
        const old = ctx.cookies.get(silentCookie, { signed: true });
        if (old && response) response.state = old;
        if (old) ctx.cookies.set(silentCookie, null, { signed: true });
      });
    },
    around: async (_op, ctx, next) => {
      await next();
      const { prompt, state } = ctx.query;
      const isRefused = /[?&]error=login_required/.test(ctx.response.get("Location"));
      if (prompt === "none" && isRefused && typeof state === "string")
        ctx.cookies.set(silentCookie, state, { signed: true, sameSite: "lax" });
    },
  },
  ...[
    {
      name: "state-dropped",
      does: "The browser comes back without the state of the logout request.",
      change: (uri: string) => uri.replace(/[?&]state=[^&]*/, ""),
    },
    {
      name: "state-encoded-twice",
      does: "The state comes back percent-encoded once more than it was sent.",
      change: (uri: string) =>
        uri.replace(/([?&]state=)([^&]*)/, (_, name, value) => name + encodeURIComponent(value)),
    },
    {
      name: "state-unescaped",
      does: "The state comes back without percent-encoding: a + becomes a space, and & and # cut it off.",
      change: (uri: string) => uri.replace(/%(2B|26|23)/g, (escaped) => decodeURIComponent(escaped)),
    },
  ].map(
    ({ change, ...fault }): Fault => ({
      ...fault,
      family: "R",
      clause: "RIL 2",
      check: "R-04",
      around: async (_op, ctx, next) => {
        await next();
        await changeWayBack(ctx, change);
      },
    }),
  ),
];
