/** Faults of session management: `session_state`, the browser state behind it, and what the OP iframe answers. */
import { decodeJwt } from "jose";
import { opBrowserState } from "../logout/browser-state.ts";
import { sidOf } from "../logout/end-session.ts";
import { sessionState } from "../logout/session-state.ts";
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import { ENDPOINTS, PAGES } from "../paths.ts";
import { changeText } from "./answers.ts";
import type { Fault } from "./fault.ts";
import { changeScript } from "./scripts.ts";

type Session = NonNullable<Context["oidc"]["session"]>;

/** Changes the `session_state` of successful authentication responses; undefined leaves it out. */
const withSessionState = (
  change: (value: string, ctx: Context, op: OpenIdProvider) => string | undefined,
) => ({
  install: (op: OpenIdProvider): void => {
    op.provider.on("authorization.success", (ctx, response) => {
      if (!response) return;
      response.session_state = change(String(response.session_state), ctx, op);
      if (response.session_state === undefined) delete response.session_state;
    });
  },
});

/** Changes the script of the OP iframe. */
const withScript = (change: (script: string) => string): Required<Pick<Fault, "around">> => ({
  around: async (_op, ctx, next) => {
    await next();
    await changeScript(ctx, "op/op-iframe.js", change);
  },
});

/** Has the hash be of something else than SM 3.2 says, in `session_state` and in the OP iframe alike. */
const withHash = (
  ofScript: (script: string) => string,
  hashed: (clientId: string, origin: URL, salt: string) => [clientId: string, origin: string, salt: string],
): Pick<Fault, "install" | "around"> => ({
  ...withScript(ofScript),
  ...withSessionState((value, { oidc: { params, session } }, { keys }) => {
    const redirectUri = new URL(String(params?.redirect_uri));
    const [clientId, origin, salt] = hashed(
      String(params?.client_id),
      redirectUri,
      value.split(".")[1] ?? "",
    );
    return sessionState(clientId, origin, opBrowserState(keys, session ?? {}), salt);
  }),
});

const forAnyClient = (script: string): string =>
  script.replace("[, clientId, hash, salt] = message", '[, , hash, salt] = message, clientId = "any"');
const forAnyOrigin = (script: string): string =>
  script.replace("(statusOf(data, origin)", '(statusOf(data, "any")');

/** Has the browser state of those who are signed in be another one, in the cookie and behind `session_state`. */
const withBrowserState = (
  stateOf: (session: Session, op: OpenIdProvider) => string | undefined,
): Pick<Fault, "install" | "around"> => ({
  ...withSessionState((value, { oidc: { params, session } }, op) => {
    const { origin } = new URL(String(params?.redirect_uri));
    const state = session && stateOf(session, op);
    return sessionState(String(params?.client_id), origin, state, value.split(".")[1] ?? "");
  }),
  around: async (op, ctx, next) => {
    await next();
    if (!setCookies(ctx).some((cookie) => cookie.startsWith("opbs="))) return;
    const session = ctx.oidc?.session ?? (await op.provider.Session.get(ctx));
    const state = session.accountId && stateOf(session, op);
    if (state) changeCookies(ctx, (cookie) => [cookie.replace(/^opbs=[^;]+/, `opbs=${state}`)]);
  },
});

const setCookies = ({ response }: Context): string[] => [response.get("Set-Cookie") ?? []].flat();

const changeCookies = (ctx: Context, change: (cookie: string) => string[]): void =>
  ctx.set("Set-Cookie", setCookies(ctx).flatMap(change));

export const sessionManagement: readonly Fault[] = [
  {
    name: "session-state-missing",
    family: "S",
    does: "Authentication responses have no session_state, so that no app can watch the session.",
    clause: "SM 2",
    check: "S-01",
    ...withSessionState(() => undefined),
  },
  {
    name: "session-state-for-code-alone",
    family: "S",
    does: "Responses with an ID Token in them have no session_state.",
    clause: "SM 2",
    check: "S-01",
    ...withSessionState((value, { oidc: { params } }) =>
      params?.response_type === "code" ? value : undefined,
    ),
  },
  {
    name: "session-state-of-errors-with-space",
    family: "S",
    does: "The session_state of an error response has a space in it, which is what separates it in a question.",
    clause: "SM 2",
    check: "S-02",
    around: async (_op, ctx, next) => {
      await next();
      const location = ctx.response.get("Location");
      if (location && /[?&#]error=/.test(location))
        ctx.set("Location", location.replace(/(session_state=[^&.]*)\./, "$1%20"));
    },
  },
  {
    name: "session-state-same-for-all",
    family: "S",
    does: "All apps of a session get the same session_state, so that it links what they know of the user.",
    clause: "SM 3.2",
    check: "S-03",
    ...withHash(
      (script) => forAnyClient(forAnyOrigin(script)),
      () => ["any", "any", "salt"],
    ),
  },
  {
    name: "session-state-changed-by-other-app",
    family: "S",
    does: "A sign-in at another app changes the browser state: every app believes that the user has changed.",
    clause: "SM 3.2",
    check: "S-05",
    ...withBrowserState(({ uid, accountId, authorizations = {} }, { keys }) =>
      opBrowserState(keys, { uid, accountId, loginTs: Object.keys(authorizations).length }),
    ),
  },
  {
    name: "browser-state-outlives-logout",
    family: "S",
    does: "A logout leaves the browser state as it was, so that no app sees it in the OP iframe.",
    clause: "SM 3.2",
    check: "S-06",
    around: async (_op, ctx, next) => {
      await next();
      if (ctx.path.startsWith(ENDPOINTS.end_session))
        changeCookies(ctx, (cookie) => (cookie.startsWith("opbs=") ? [] : [cookie]));
    },
  },
  {
    name: "browser-state-of-anybody",
    family: "S",
    does: "The browser state says that somebody is signed in and not who: the next user passes for the last one.",
    clause: "SM 3.2",
    check: "S-07",
    ...withBrowserState(() => "signed-in"),
  },
  {
    name: "nonsense-is-unchanged",
    family: "S",
    does: "The OP iframe answers unchanged to what is no question.",
    clause: "SM 3.2",
    check: "S-08",
    ...withScript((script) => script.replace('return "error"', 'return "unchanged"')),
  },
  {
    name: "session-state-for-any-origin",
    family: "S",
    does: "The origin that asks is not in the hash: any site that knows a session_state can watch the user.",
    clause: "SM 3.2",
    check: "S-09",
    ...withHash(forAnyOrigin, (clientId, _origin, salt) => [clientId, "any", salt]),
  },
  {
    name: "session-state-for-any-port",
    family: "S",
    does: "The host of the origin that asks is in the hash, and neither its port nor its scheme.",
    clause: "SM 3.2",
    check: "S-10",
    ...withHash(
      (script) => script.replace("(statusOf(data, origin)", "(statusOf(data, new URL(origin).hostname)"),
      (clientId, { hostname }, salt) => [clientId, hostname, salt],
    ),
  },
  {
    name: "answer-for-everybody",
    family: "S",
    does: "The OP iframe posts its answer to any origin: who has taken the place of the app's frame hears it.",
    clause: "SM 3.2",
    check: "S-11",
    ...withScript((script) =>
      script.replace("statusOf(data, origin), origin)", 'statusOf(data, origin), "*")'),
    ),
  },
  {
    name: "op-iframe-wants-client",
    family: "S",
    does: "The OP iframe is silent unless its address has a client_id, of which no specification knows.",
    clause: "SM 3.3",
    check: "S-12",
    around: async (_op, ctx, next) => {
      await next();
      if (ctx.path === PAGES.opIframe && !ctx.query.client_id)
        await changeText(ctx, (page) => page.replace(/<script.*?<\/script>/s, ""));
    },
  },
  {
    name: "browser-state-is-the-session",
    family: "S",
    does: "The browser state, which scripts can read, is the value of the session cookie, which they must not.",
    clause: "SM 3.2",
    check: "S-13",
    ...withBrowserState(({ jti }) => jti),
  },
  {
    name: "hint-stands-for-the-session",
    family: "S",
    does: "A silent request without a cookie is answered by its hint alone, and an app asks on for ever where cookies are blocked.",
    clause: "SM 5.1",
    check: "S-14",
    install: ({ provider, store }) => {
      const get = provider.Session.get;
      provider.Session.get = async function (ctx) {
        const session = await get.call(this, ctx);
        const { prompt, id_token_hint: hint } = ctx.query;
        if (session.accountId || prompt !== "none" || typeof hint !== "string") return session;
        const stored = store.sessions().find((each) => sidOf(each) === decodeJwt(hint).sid);
        return (stored && (await this.find(stored.jti))) ?? session;
      };
    },
  },
  {
    name: "op-iframe-changes-its-mind",
    family: "S",
    does: "The OP iframe answers changed to every eighth question, though nothing has.",
    clause: "SM 3.2",
    check: "S-15",
    ...withScript((script) =>
      script
        .replace("postMessage(statusOf(", 'postMessage(++asked % 8 === 0 ? "changed" : statusOf(')
        .concat("let asked = 0;"),
    ),
  },
  {
    name: "session-state-for-any-client",
    family: "S",
    does: "The client is not in the hash: what one app was given is good for all others of its origin.",
    clause: "SM 3.2",
    check: "S-17",
    ...withHash(forAnyClient, (_clientId, { origin }, salt) => ["any", origin, salt]),
  },
];
