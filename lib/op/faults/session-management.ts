/** Faults of session management: `session_state`, the OP browser state behind it, and the answers of the OP iframe. */
import { decodeJwt } from "jose";
import { opBrowserState, opbsCookie } from "../logout/browser-state.ts";
import { sessionState } from "../logout/session-state.ts";
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import { endpointPaths, pagePaths } from "../paths.ts";
import { sidOf } from "../store/stored-session.ts";
import { changeText } from "./answers.ts";
import type { Fault } from "./fault.ts";
import { changeScript } from "./scripts.ts";

type Session = NonNullable<Context["oidc"]["session"]>;

/** Changes the `session_state` of successful authentication responses; undefined omits it. */
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

/** Hashes other values than SM 3.2 requires, in both `session_state` and the OP iframe. */
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

/** Replaces the OP browser state of signed-in users, in both the cookie and `session_state`. */
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
    if (!setCookies(ctx).some((cookie) => cookie.startsWith(`${opbsCookie(op)}=`))) return;
    const session = ctx.oidc?.session ?? (await op.provider.Session.get(ctx));
    const state = session.accountId && stateOf(session, op);
    if (state) changeCookies(ctx, (cookie) => [cookie.replace(/^(opbs[.\d]*)=[^;]+/, `$1=${state}`)]);
  },
});

const setCookies = ({ response }: Context): string[] => [response.get("Set-Cookie") ?? []].flat();

const changeCookies = (ctx: Context, change: (cookie: string) => string[]): void =>
  ctx.set("Set-Cookie", setCookies(ctx).flatMap(change));

export const sessionManagement: readonly Fault[] = [
  {
    name: "session-state-missing",
    family: "S",
    does: "Authentication responses have no session_state, so no app can watch the session.",
    clause: "SM 2",
    check: "S-01",
    ...withSessionState(() => undefined),
  },
  {
    name: "session-state-for-code-alone",
    family: "S",
    does: "Responses with an ID Token have no session_state.",
    clause: "SM 2",
    check: "S-01",
    ...withSessionState((value, { oidc: { params } }) =>
      params?.response_type === "code" ? value : undefined,
    ),
  },
  {
    name: "session-state-of-errors-with-space",
    family: "S",
    does: "The session_state of an error response contains a space, the separator in messages to the OP iframe.",
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
    does: "All apps of a session get the same session_state, which lets them correlate the user.",
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
    does: "A sign-in at another app changes the browser state: every app assumes that the user has changed.",
    clause: "SM 3.2",
    check: "S-05",
    ...withBrowserState(({ uid, accountId, authorizations = {} }, { keys }) =>
      opBrowserState(keys, { uid, accountId, loginTs: Object.keys(authorizations).length }),
    ),
  },
  {
    name: "browser-state-outlives-logout",
    family: "S",
    does: "A logout does not change the browser state, so no app can detect it through the OP iframe.",
    clause: "SM 3.2",
    check: "S-06",
    around: async (op, ctx, next) => {
      await next();
      if (ctx.path.startsWith(endpointPaths.end_session))
        changeCookies(ctx, (cookie) => (cookie.startsWith(`${opbsCookie(op)}=`) ? [] : [cookie]));
    },
  },
  {
    name: "browser-state-of-anybody",
    family: "S",
    does: "The browser state says that a user is signed in but not which: the next user passes for the previous one.",
    clause: "SM 3.2",
    check: "S-07",
    ...withBrowserState(() => "signed-in"),
  },
  {
    name: "nonsense-is-unchanged",
    family: "S",
    does: "The OP iframe answers unchanged to malformed messages.",
    clause: "SM 3.2",
    check: "S-08",
    ...withScript((script) => script.replace('return "error"', 'return "unchanged"')),
  },
  {
    name: "session-state-for-any-origin",
    family: "S",
    does: "The hash omits the origin that asks: any site that knows a session_state can watch the user.",
    clause: "SM 3.2",
    check: "S-09",
    ...withHash(forAnyOrigin, (clientId, _origin, salt) => [clientId, "any", salt]),
  },
  {
    name: "session-state-for-any-port",
    family: "S",
    does: "The hash includes the host of the origin that asks, but neither its port nor its scheme.",
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
    does: "The OP iframe posts its answer to any origin: a page that has replaced the RP iframe receives it.",
    clause: "SM 3.2",
    check: "S-11",
    ...withScript((script) =>
      script.replace("statusOf(data, origin), origin)", 'statusOf(data, origin), "*")'),
    ),
  },
  {
    name: "op-iframe-wants-client",
    family: "S",
    does: "The OP iframe does not answer unless its URL has a client_id, which no specification requires.",
    clause: "SM 3.3",
    check: "S-12",
    around: async (_op, ctx, next) => {
      await next();
      if (ctx.path === pagePaths.opIframe && !ctx.query.client_id)
        await changeText(ctx, (page) => page.replace(/<script.*?<\/script>/s, ""));
    },
  },
  {
    name: "browser-state-is-the-session",
    family: "S",
    does: "The browser state, which scripts can read, is the value of the session cookie, which scripts must not read.",
    clause: "SM 3.2",
    check: "S-13",
    ...withBrowserState(({ jti }) => jti),
  },
  {
    name: "hint-stands-for-the-session",
    family: "S",
    does: "A silent request without a cookie is answered from its hint alone: where cookies are blocked, an app asks forever.",
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
    does: "The OP iframe answers changed to every eighth message although nothing has changed.",
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
    does: "The hash omits the client: the session_state of one app is valid for all others of its origin.",
    clause: "SM 3.2",
    check: "S-17",
    ...withHash(forAnyClient, (_clientId, { origin }, salt) => ["any", origin, salt]),
  },
  {
    name: "op-iframe-for-next-frames",
    family: "S",
    does: "The OP iframe answers only the page next to it: an SDK that puts it into a frame of its own hears nothing.",
    clause: "SM 3.1",
    check: "S-18",
    verdict: "warn",
    ...withScript((script) => script.replace("for (let above", "return source === parent;\n  $&")),
  },
];
