/** What can be wrong between an OpenID Provider and a client of it. */
import { describe } from "node:test";
import { type Illness, itNotices } from "./testing/illness.ts";
import { json, page, redirect, secret } from "./testing/patient-op.ts";

const illnesses: Illness[] = [
  {
    name: "a client that is not known",
    make: () => undefined,
    patient: () => ({ client: { clientId: "somebody", clientSecret: secret } }),
    ...{
      check: "callbacks",
      result: "problem",
      found: /client somebody is not known, or none of its callbacks/,
    },
    also: ["client-secret"],
  },
  {
    name: "one callback that is not registered",
    make: (it) => {
      it.callbacks.pop();
    },
    ...{
      check: "callbacks",
      result: "problem",
      found: /not sent back to \S+\/api\/auth\/callback\/op \(HTTP 400\)/,
    },
  },
  {
    name: "an OP that loses the state",
    make: (it) => {
      it.authorize = (asked, response) =>
        it.callbacks.includes(asked.get("redirect_uri") ?? "")
          ? redirect(response, asked.get("redirect_uri") ?? "", { error: "login_required" })
          : page(response, 400);
    },
    ...{ check: "callbacks", result: "problem", found: /another state than was sent, or none/ },
  },
  {
    name: "a client that may not ask so",
    make: (it) => {
      it.authorize = (asked, response) =>
        it.callbacks.includes(asked.get("redirect_uri") ?? "")
          ? redirect(response, asked.get("redirect_uri") ?? "", {
              error: "unauthorized_client",
              state: asked.get("state") ?? "",
            })
          : page(response, 400);
    },
    ...{ check: "callbacks", result: "problem", found: /answered with unauthorized_client/ },
  },
  {
    name: "an OP that does not heed prompt=none",
    make: (it) => {
      it.authorize = (asked, response) =>
        page(response, it.callbacks.includes(asked.get("redirect_uri") ?? "") ? 200 : 400);
    },
    ...{ check: "callbacks", result: "warning", found: /seem to be known, and prompt=none not to be heeded/ },
  },
  {
    name: "an authorization endpoint that fails",
    make: (it) => {
      it.authorize = (_, response) => page(response, 500);
    },
    ...{ check: "callbacks", result: "unknown", found: /HTTP 500/ },
  },
  {
    name: "an open redirect",
    make: (it) => {
      it.authorize = (asked, response) =>
        redirect(response, asked.get("redirect_uri") ?? "", {
          error: "login_required",
          state: asked.get("state") ?? "",
        });
    },
    ...{
      check: "open-redirect",
      result: "problem",
      found: /redirects to https:\/\/not-registered-\w+\.invalid/,
    },
  },
  {
    name: "callbacks that are compared by their beginning",
    make: (it) => {
      it.authorize = (asked, response) =>
        it.callbacks.some((callback) => asked.get("redirect_uri")?.startsWith(callback))
          ? redirect(response, asked.get("redirect_uri") ?? "", {
              error: "login_required",
              state: asked.get("state") ?? "",
            })
          : page(response, 400);
    },
    ...{ check: "open-redirect", result: "warning", found: /only like a registered one/ },
  },
  {
    name: "a wrong secret",
    make: () => undefined,
    patient: () => ({ client: { clientId: "playground2", clientSecret: "wrong" } }),
    ...{ check: "client-secret", result: "problem", found: /refuses the client: invalid_client/ },
  },
  {
    name: "a confidential client without its secret",
    make: () => undefined,
    patient: () => ({ client: { clientId: "playground2" } }),
    ...{ check: "client-secret", result: "problem", found: /refuses the client: invalid_client/ },
  },
  {
    name: "a wrong secret at an OP with an error name of its own",
    make: (it) => {
      it.token = (_, response) => json(response, 403, { error: "unauthorized_client" });
    },
    ...{
      check: "client-secret",
      result: "problem",
      found: /answered as a made-up one is: unauthorized_client/,
    },
  },
  {
    name: "a token endpoint that looks at the code first",
    make: (it) => {
      it.token = (_, response) => json(response, 400, { error: "invalid_grant" });
    },
    ...{ check: "client-secret", result: "unknown", found: /the code is looked at first/ },
  },
  {
    name: "a second post-logout URI that is not registered",
    make: (it) => {
      it.callbacks.push("http://127.0.0.1:1/playground2/oauth2client");
    },
    patient: (it) => ({
      app: {
        name: "playground2",
        baseUrls: [`${it.origin}/playground2`, "http://127.0.0.1:1/playground2"],
        serverUrl: `${it.origin}/playground2`,
      },
    }),
    ...{
      check: "post-logout",
      result: "problem",
      found: /Not accepted: http:\/\/127\.0\.0\.1:1\/playground2\/logout/,
    },
  },
  {
    name: "post-logout URIs that are answered like any other",
    make: (it) => {
      it.postLogoutUris = [];
    },
    ...{
      check: "post-logout",
      result: "unknown",
      found: /answered as one that is not registered \(HTTP 400\)/,
    },
  },
  {
    name: "a logout that loses the state",
    make: (it) => {
      it.logout = (asked, response) =>
        it.postLogoutUris.includes(asked.get("post_logout_redirect_uri") ?? "")
          ? redirect(response, asked.get("post_logout_redirect_uri") ?? "", {})
          : page(response, 400);
    },
    ...{ check: "post-logout", result: "problem", found: /another state than was sent, or none/ },
  },
  {
    name: "a logout that leads anywhere",
    make: (it) => {
      it.logout = (asked, response) =>
        redirect(response, asked.get("post_logout_redirect_uri") ?? "", { state: asked.get("state") ?? "" });
    },
    ...{ check: "post-logout-open", result: "problem", found: /redirects to https:\/\/not-registered-/ },
  },
  {
    name: "a logout that shows a page for any address",
    make: (it) => {
      it.logout = (_, response) => page(response, 200);
    },
    ...{ check: "post-logout-open", result: "unknown", found: /A page is shown \(HTTP 200\)/ },
  },
  {
    name: "a cookie of the app's name",
    make: (it) => {
      it.headers["set-cookie"] = "playground2.session=x; Path=/; HttpOnly";
    },
    ...{ check: "cookies", result: "problem", found: /sets playground2\.session for localhost\// },
  },
  {
    name: "an app that is not there",
    make: (it) => {
      it.app = (response) => page(response, 404);
    },
    ...{ check: "backchannel", result: "problem", found: /bclogout answers HTTP 404 to a GET, not 405/ },
  },
];

describe("the doctor notices", () => itNotices(illnesses));
