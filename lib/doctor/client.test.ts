/** What can be wrong between an OpenID Provider and one of its clients. */
import { describe } from "node:test";
import { type Illness, itNotices } from "./testing/illness.ts";
import { json, page, redirect, secret } from "./testing/patient-op.ts";

const illnesses: Illness[] = [
  {
    name: "an unknown client",
    make: () => undefined,
    patient: () => ({ client: { clientId: "other", clientSecret: secret } }),
    ...{
      check: "callbacks",
      result: "problem",
      found: /client other or all of its callbacks are unknown/,
    },
    also: ["client-secret"],
  },
  {
    name: "one unregistered callback",
    make: (it) => {
      it.callbacks.pop();
    },
    ...{
      check: "callbacks",
      result: "problem",
      found: /does not redirect to \S+\/api\/auth\/callback\/op \(HTTP 400\)/,
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
    ...{ check: "callbacks", result: "problem", found: /a different state, or none/ },
  },
  {
    name: "a client without the response type",
    make: (it) => {
      it.authorize = (asked, response) =>
        it.callbacks.includes(asked.get("redirect_uri") ?? "")
          ? redirect(response, asked.get("redirect_uri") ?? "", {
              error: "unauthorized_client",
              state: asked.get("state") ?? "",
            })
          : page(response, 400);
    },
    ...{ check: "callbacks", result: "problem", found: /the error is unauthorized_client/ },
  },
  {
    name: "an OP that ignores prompt=none",
    make: (it) => {
      it.authorize = (asked, response) =>
        page(response, it.callbacks.includes(asked.get("redirect_uri") ?? "") ? 200 : 400);
    },
    ...{
      check: "callbacks",
      result: "warning",
      found: /seems to know these callbacks and to ignore prompt=none/,
    },
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
    name: "callbacks that are compared by prefix",
    make: (it) => {
      it.authorize = (asked, response) =>
        it.callbacks.some((callback) => asked.get("redirect_uri")?.startsWith(callback))
          ? redirect(response, asked.get("redirect_uri") ?? "", {
              error: "login_required",
              state: asked.get("state") ?? "",
            })
          : page(response, 400);
    },
    ...{ check: "open-redirect", result: "warning", found: /only begins like a registered callback/ },
  },
  {
    name: "a wrong secret",
    make: () => undefined,
    patient: () => ({ client: { clientId: "playground2", clientSecret: "wrong" } }),
    ...{ check: "client-secret", result: "problem", found: /rejects the client: invalid_client/ },
  },
  {
    name: "a confidential client without its secret",
    make: () => undefined,
    patient: () => ({ client: { clientId: "playground2" } }),
    ...{ check: "client-secret", result: "problem", found: /rejects the client: invalid_client/ },
  },
  {
    name: "a wrong secret at an OP with a different error code",
    make: (it) => {
      it.token = (_, response) => json(response, 403, { error: "unauthorized_client" });
    },
    ...{
      check: "client-secret",
      result: "problem",
      found: /same as for a made-up secret: unauthorized_client/,
    },
  },
  {
    name: "a token endpoint that checks the code first",
    make: (it) => {
      it.token = (_, response) => json(response, 400, { error: "invalid_grant" });
    },
    ...{ check: "client-secret", result: "unknown", found: /checks the code first/ },
  },
  {
    name: "a second, unregistered post-logout URI",
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
    name: "post-logout URIs that are answered like unregistered ones",
    make: (it) => {
      it.postLogoutUris = [];
    },
    ...{
      check: "post-logout",
      result: "unknown",
      found: /same as for an unregistered URI \(HTTP 400\)/,
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
    ...{ check: "post-logout", result: "problem", found: /a different state, or none/ },
  },
  {
    name: "a logout that redirects anywhere",
    make: (it) => {
      it.logout = (asked, response) =>
        redirect(response, asked.get("post_logout_redirect_uri") ?? "", { state: asked.get("state") ?? "" });
    },
    ...{ check: "post-logout-open", result: "problem", found: /redirects to https:\/\/not-registered-/ },
  },
  {
    name: "a logout that shows a page for any URI",
    make: (it) => {
      it.logout = (_, response) => page(response, 200);
    },
    ...{ check: "post-logout-open", result: "unknown", found: /shows a page \(HTTP 200\)/ },
  },
  {
    name: "a cookie with the app's name",
    make: (it) => {
      it.headers["set-cookie"] = "playground2.session=x; Path=/; HttpOnly";
    },
    ...{ check: "cookies", result: "problem", found: /sets playground2\.session for localhost\// },
  },
  {
    name: "an app that does not answer",
    make: (it) => {
      it.app = (response) => page(response, 404);
    },
    ...{
      check: "backchannel",
      result: "problem",
      found: /bclogout answers a GET with HTTP 404 instead of 405/,
    },
  },
];

describe("the doctor notices", () => itNotices(illnesses));
