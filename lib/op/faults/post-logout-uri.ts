/** Faults of the `post_logout_redirect_uri`. */

import { AsyncLocalStorage } from "node:async_hooks";
import { endSession } from "../logout/end-session.ts";
import { withParameters } from "../logout/registered-address.ts";
import type { OpenIdProvider } from "../open-id-provider.ts";
import { endpointPaths } from "../paths.ts";
import type { Fault } from "./fault.ts";
import { whenAsked } from "./questions.ts";

/** Replaces the comparison with the registered URIs. */
function allowing(isAllowed: (uri: string, registered: readonly string[]) => boolean) {
  return ({ provider }: OpenIdProvider): void => {
    provider.Client.prototype.postLogoutRedirectUriAllowed = function (uri) {
      return isAllowed(uri, this.postLogoutRedirectUris ?? []);
    };
  };
}

/** Whether the request in progress has an unregistered post_logout_redirect_uri. */
const requested = new AsyncLocalStorage<{ isUnregistered: boolean }>();

/** Without case and trailing slash. */
const loosely = (uri: string): string => uri.toLowerCase().replace(/\/$/, "");

/** The last of two `post_logout_redirect_uri`, by request. */
const lastOfTwins = new WeakMap<object, string>();

const common = { family: "R", clause: "RIL 3" } as const;

export const postLogoutUris: readonly Fault[] = [
  {
    ...common,
    name: "any-post-logout-uri",
    does: "Any post_logout_redirect_uri is accepted: the OP is an open redirector.",
    check: "R-08",
    install: allowing(() => true),
  },
  {
    ...common,
    name: "unregistered-uri-logs-out",
    does: "A valid hint with an unregistered post_logout_redirect_uri ends the session without asking; the browser stays at the OP.",
    clause: "RIL 2",
    check: "R-08",
    verdict: "warn",
    install: ({ provider }) => {
      const prototype = provider.Client.prototype;
      const isAllowed = prototype.postLogoutRedirectUriAllowed;
      prototype.postLogoutRedirectUriAllowed = function (uri) {
        const allowed = isAllowed.call(this, uri);
        const request = requested.getStore();
        if (request) request.isUnregistered = !allowed;
        return allowed;
      };
    },
    around: async (op, ctx, next) => {
      if (ctx.path !== endpointPaths.end_session) return void (await next());
      const request = { isUnregistered: false };
      await requested.run(request, next);
      if (!request.isUnregistered || !ctx.query.id_token_hint) return;
      const { uid } = await op.provider.Session.get(ctx);
      await endSession(op, uid, "a fault");
    },
  },
  {
    ...common,
    name: "post-logout-uri-by-prefix",
    does: "A post_logout_redirect_uri only has to start with a registered one.",
    check: "R-09",
    install: allowing((uri, registered) => registered.some((each) => uri.startsWith(each))),
  },
  {
    ...common,
    name: "post-logout-uri-compared-loosely",
    does: "The case and a trailing slash of a post_logout_redirect_uri are ignored.",
    check: "R-10",
    install: allowing((uri, registered) => registered.some((each) => loosely(each) === loosely(uri))),
  },
  {
    ...common,
    name: "post-logout-uri-of-any-client",
    does: "A post_logout_redirect_uri of one client is accepted for every other.",
    check: "R-11",
    install: ({ provider }) => {
      const all = new Set<string>();
      provider.on("registration_create.success", (_ctx, { postLogoutRedirectUris = [] }) => {
        for (const uri of postLogoutRedirectUris) all.add(uri);
      });
      provider.Client.prototype.postLogoutRedirectUriAllowed = (uri) => all.has(uri);
    },
  },
  {
    ...common,
    name: "script-as-post-logout-uri",
    does: "The browser is redirected to a post_logout_redirect_uri with the scheme javascript.",
    clause: "RIL 2",
    check: "R-41",
    install: allowing((uri, registered) => registered.includes(uri) || uri.startsWith("javascript:")),
  },
  {
    ...common,
    name: "last-of-twins-followed",
    does: "If post_logout_redirect_uri is sent twice, the first is checked and the last is used.",
    clause: "RIL 4",
    check: "R-35",
    around: async (_op, ctx, next) => {
      const uris = [ctx.query.post_logout_redirect_uri ?? []].flat();
      const [first, last] = [uris[0], uris.at(-1)];
      if (first && last && uris.length > 1) {
        ctx.query = { ...ctx.query, post_logout_redirect_uri: first };
        lastOfTwins.set(ctx.req, last);
      }
      await next();
    },
    configure: (configuration) =>
      whenAsked(configuration, (ctx, state, ask) => {
        state.postLogoutRedirectUri = lastOfTwins.get(ctx.req) ?? state.postLogoutRedirectUri;
        return ask();
      }),
  },
  {
    ...common,
    name: "way-back-guessed",
    does: "A logout request without a post_logout_redirect_uri leads to one that the client registered.",
    clause: "RIL 2",
    check: "R-26",
    configure: (configuration) =>
      whenAsked(configuration, (ctx, state, ask) => {
        state.postLogoutRedirectUri ??= ctx.oidc.client?.postLogoutRedirectUris?.[0];
        return ask();
      }),
  },
  {
    ...common,
    name: "redirect-without-client",
    does: "The browser is redirected to a post_logout_redirect_uri although the request names no client.",
    check: "R-12",
    configure: (configuration) =>
      whenAsked(configuration, (ctx, state, ask) => {
        if (!ctx.oidc.client) state.postLogoutRedirectUri = ctx.query.post_logout_redirect_uri;
        return ask();
      }),
  },
  {
    ...common,
    name: "post-logout-uri-query-dropped",
    does: "The query of a registered post_logout_redirect_uri is dropped.",
    clause: "RIL 2",
    check: "R-07",
    configure: (configuration) =>
      whenAsked(configuration, (_ctx, state, ask) => {
        const { postLogoutRedirectUri: uri } = state;
        if (typeof uri === "string") state.postLogoutRedirectUri = uri.replace(/\?.*/, "");
        return ask();
      }),
  },
  {
    ...common,
    name: "state-invented",
    does: "The browser comes back with a state although none was sent.",
    clause: "RIL 2",
    check: "R-05",
    configure: (configuration) =>
      whenAsked(configuration, (_ctx, state, ask) => {
        state.state ??= "undefined";
        return ask();
      }),
  },
  {
    ...common,
    name: "hint-in-way-back",
    does: "The hint, an ID Token, is added to the post_logout_redirect_uri.",
    clause: "RFC 9700 4.2",
    check: "R-39",
    configure: (configuration) =>
      whenAsked(configuration, (ctx, state, ask) => {
        const { id_token_hint } = ctx.query;
        if (typeof state.postLogoutRedirectUri === "string" && typeof id_token_hint === "string") {
          state.postLogoutRedirectUri = withParameters(state.postLogoutRedirectUri, { id_token_hint });
        }
        return ask();
      }),
  },
];
