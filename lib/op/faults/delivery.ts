/** Faults of back-channel logout: how a logout token is sent, and how the answer is handled. */
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { OpenIdProvider } from "../open-id-provider.ts";
import type { Fault } from "./fault.ts";
import { aroundDeliveries } from "./participants.ts";

/** Sends the logout token again if the answer has this status. */
const againAfter =
  (status: number): NonNullable<Fault["deliver"]> =>
  async (request, send) => {
    const response = await send(request);
    return response.status === status ? send(request) : response;
  };

/** Makes the deliveries of a logout wait for each other.
 * @param follow gets the previous delivery */
function inTurn(
  op: OpenIdProvider,
  follow: (before: Promise<void>, deliver: () => Promise<void>) => Promise<void>,
): void {
  const last = new Map<string, Promise<void>>();
  aroundDeliveries(op, ({ sid }, deliver) => {
    const mine = follow(last.get(sid) ?? Promise.resolve(), deliver);
    last.set(sid, mine);
    return mine;
  });
}

export const delivery: readonly Fault[] = [
  {
    name: "logout-token-late",
    family: "B",
    does: "Each logout token is delayed by three seconds, and so is the user.",
    clause: "RIL 3",
    check: "B-27",
    verdict: "warn",
    deliver: async ({ url, init: { signal: _, ...init } }, send) => {
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      return send({ url, init });
    },
  },
  {
    name: "logout-token-by-get",
    family: "B",
    does: "The logout token is sent in the query of a GET request, where every log records it.",
    clause: "BCL 2.5",
    check: "B-02",
    deliver: ({ url, init: { body, ...init } }, send) => {
      const { headers: _, ...rest } = init;
      return send({ url: `${url}?${body}`, init: { ...rest, method: "GET" } });
    },
  },
  {
    name: "logout-token-in-url-too",
    family: "B",
    does: "The logout token is in the form and also in the URL, where every log records it.",
    clause: "BCL 2.5",
    check: "B-02",
    deliver: ({ url, init }, send) => send({ url: `${url}?${init.body}`, init }),
  },
  {
    name: "logout-token-as-plain-text",
    family: "B",
    does: "The form with the logout token is labelled as plain text, so no framework parses it.",
    clause: "BCL 2.5",
    check: "B-02",
    deliver: ({ url, init }, send) =>
      send({ url, init: { ...init, headers: { "content-type": "text/plain" } } }),
  },
  {
    name: "logout-token-again-after-no-content",
    family: "B",
    does: "An app that answers 204 is sent the logout token again, as if it had not answered.",
    clause: "BCL 2.8",
    check: "B-18",
    verdict: "warn",
    deliver: againAfter(204),
  },
  {
    name: "no-content-taken-for-failure",
    family: "B",
    does: "A logout token that an app answers with 204 is recorded as not delivered.",
    clause: "BCL 2.8",
    check: "B-18",
    verdict: "warn",
    deliver: async (request, send) => {
      const response = await send(request);
      return response.status === 204 ? new Response(null, { status: 205 }) : response;
    },
  },
  {
    name: "logout-token-twice",
    family: "B",
    does: "An app that answers 200 is sent the logout token a second time.",
    clause: "BCL 2.5",
    check: "B-19",
    verdict: "warn",
    deliver: againAfter(200),
  },
  {
    name: "deliveries-one-after-the-other",
    family: "B",
    does: "Each app is notified only after the previous one has answered, so slow apps add up.",
    clause: "BCL 2.3",
    check: "B-28",
    verdict: "warn",
    install: (op) => inTurn(op, (before, deliver) => before.catch(() => undefined).then(deliver)),
  },
  {
    name: "deliveries-stop-at-first-failure",
    family: "B",
    does: "Apps are notified one after the other, and none after the first that cannot be reached.",
    clause: "BCL 2.3",
    check: "B-20",
    install: (op) => inTurn(op, (before, deliver) => before.then(deliver)),
  },
  {
    name: "deliveries-without-timeout",
    family: "B",
    does: "The OP waits without limit for an app that does not answer, and so does the user.",
    clause: "BCL 2.3",
    check: "B-21",
    install: ({ deliveries }) => {
      deliveries.patienceMs = Number.POSITIVE_INFINITY;
    },
    deliver: ({ url, init }, send) => send({ url, init: { ...init, signal: null } }),
  },
  {
    name: "unavailable-app-pestered",
    family: "B",
    does: "An app that answers 503 is sent the logout token three more times, whatever it answers then.",
    clause: "BCL 2.5",
    check: "B-22",
    verdict: "warn",
    deliver: async (request, send) => {
      let response = await send(request);
      if (response.status === 503) for (let retry = 0; retry < 3; retry++) response = await send(request);
      return response;
    },
  },
  {
    name: "refused-logout-token-again",
    family: "B",
    does: "A logout token that an app has rejected with 400 is sent again.",
    clause: "BCL 2.5",
    check: "B-23",
    verdict: "warn",
    deliver: againAfter(400),
  },
  {
    name: "refused-logout-token-again-later",
    family: "B",
    does: "A logout token that an app has rejected with 400 is sent again after five seconds.",
    clause: "BCL 2.5",
    check: "B-19",
    verdict: "warn",
    deliver: async ({ url, init: { signal: _, ...init } }, send) => {
      const response = await send({ url, init });
      const again = () => void send({ url, init }).catch(() => undefined);
      if (response.status === 400) setTimeout(again, 5_000).unref();
      return response;
    },
  },
  {
    name: "delivery-follows-redirects",
    family: "B",
    does: "The OP follows a redirect in answer to a logout token, so an app can direct requests into the internal network.",
    clause: "RFC 8725 2.9",
    check: "B-24",
    verdict: "warn",
    deliver: async (request, send) => {
      const response = await send(request);
      const to = response.headers.get("location");
      return to ? send({ ...request, url: new URL(to, request.url).href }) : response;
    },
  },
  {
    name: "delivery-reads-to-the-end",
    family: "B",
    does: "The OP reads an app's answer to the end, however long that takes, while the user waits.",
    clause: "BCL 2.3",
    check: "B-25",
    deliver: async ({ url, init: { method = "POST", headers = {}, body = null } }) => {
      const response = await fetch(url, { method, headers, body, redirect: "manual" });
      await response.arrayBuffer();
      return response;
    },
  },
  {
    name: "any-certificate-trusted",
    family: "B",
    does: "Logout tokens are sent to https URLs whatever certificate the server presents.",
    clause: "BCP 195",
    check: "B-26",
    deliver: byTls({ rejectUnauthorized: false }),
  },
  {
    name: "old-tls-offered",
    family: "B",
    does: "The OP offers TLS 1.0 along with later versions when it sends logout tokens.",
    clause: "BCP 195",
    check: "B-26",
    verdict: "warn",
    deliver: byTls({ minVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" }),
  },
  {
    name: "logout-uri-query-dropped",
    family: "B",
    does: "The query of a registered back-channel logout URI is dropped.",
    clause: "BCL 2.2",
    check: "B-34",
    deliver: ({ url, init }, send) => send({ url: url.replace(/\?.*/, ""), init }),
  },
  {
    name: "logout-uri-with-fragment",
    family: "B",
    does: "A back-channel logout URI with a fragment is accepted at registration.",
    clause: "BCL 2.2",
    check: "B-35",
    configure: ({ extraClientMetadata }) => {
      const validator = extraClientMetadata?.validator;
      if (!validator) throw new Error("no validator for client metadata");
      extraClientMetadata.validator = (ctx, name, value, metadata) =>
        name === "backchannel_logout_uri" ? undefined : validator(ctx, name, value, metadata);
    },
  },
];

/** Connects to https URLs with these TLS settings. */
function byTls(settings: RequestOptions): NonNullable<Fault["deliver"]> {
  return ({ url, init }, send) => {
    if (!url.startsWith("https:")) return send({ url, init });
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    httpsRequest(url, { method: "POST", headers, timeout: 2500, ...settings })
      .once("response", (response) => {
        response.resume();
        resolve(new Response(null, { status: response.statusCode ?? 500 }));
      })
      .once("error", reject)
      .end(String(init.body));
    return promise;
  };
}
