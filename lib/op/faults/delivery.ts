/** Faults of back-channel logout: how a logout token is sent, and what becomes of the answer. */
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { OpenIdProvider } from "../open-id-provider.ts";
import type { Fault } from "./fault.ts";
import { aroundDeliveries } from "./participants.ts";

/** Sends it once more where it was answered so. */
const againAfter =
  (status: number): NonNullable<Fault["deliver"]> =>
  async (request, send) => {
    const response = await send(request);
    return response.status === status ? send(request) : response;
  };

/** Has the deliveries of a logout wait for each other.
 * @param follow gets the delivery before this one */
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
    does: "Each logout token waits for three seconds, and the user with it.",
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
    does: "The logout token comes in the query of a GET request, where every log keeps it.",
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
    does: "The logout token is in the form, and once more in the URL, where every log keeps it.",
    clause: "BCL 2.5",
    check: "B-02",
    deliver: ({ url, init }, send) => send({ url: `${url}?${init.body}`, init }),
  },
  {
    name: "logout-token-as-plain-text",
    family: "B",
    does: "The form with the logout token is labelled as plain text, and no framework reads it.",
    clause: "BCL 2.5",
    check: "B-02",
    deliver: ({ url, init }, send) =>
      send({ url, init: { ...init, headers: { "content-type": "text/plain" } } }),
  },
  {
    name: "logout-token-again-after-no-content",
    family: "B",
    does: "An app that answers 204 is sent the logout token again, as if that were no answer.",
    clause: "BCL 2.8",
    check: "B-18",
    deliver: againAfter(204),
  },
  {
    name: "no-content-taken-for-failure",
    family: "B",
    does: "A logout token that an app answers with 204 is written down as one that did not reach it.",
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
    deliver: againAfter(200),
  },
  {
    name: "deliveries-one-after-the-other",
    family: "B",
    does: "An app is told when the one before it has answered, so that slow apps add up.",
    clause: "BCL 2.3",
    check: "B-28",
    verdict: "warn",
    install: (op) => inTurn(op, (before, deliver) => before.catch(() => undefined).then(deliver)),
  },
  {
    name: "deliveries-stop-at-first-failure",
    family: "B",
    does: "Apps are told one after the other, and none after the first that cannot be reached.",
    clause: "BCL 2.3",
    check: "B-20",
    install: (op) => inTurn(op, (before, deliver) => before.then(deliver)),
  },
  {
    name: "deliveries-without-timeout",
    family: "B",
    does: "The OP waits for an app that does not answer, and the user with it.",
    clause: "BCL 2.3",
    check: "B-21",
    deliver: ({ url, init }, send) => send({ url, init: { ...init, signal: null } }),
  },
  {
    name: "unavailable-app-pestered",
    family: "B",
    does: "An app that answers 503 is sent the logout token three times more, whatever it answers to those.",
    clause: "BCL 2.5",
    check: "B-22",
    deliver: async (request, send) => {
      let response = await send(request);
      if (response.status === 503) for (let retry = 0; retry < 3; retry++) response = await send(request);
      return response;
    },
  },
  {
    name: "refused-logout-token-again",
    family: "B",
    does: "A logout token that an app has refused with 400 is sent to it again.",
    clause: "BCL 2.5",
    check: "B-23",
    deliver: againAfter(400),
  },
  {
    name: "delivery-follows-redirects",
    family: "B",
    does: "A redirect in answer to a logout token is followed, so that an app has requests sent inside the network.",
    clause: "RFC 8725 2.9",
    check: "B-24",
    deliver: async (request, send) => {
      const response = await send(request);
      const to = response.headers.get("location");
      return to ? send({ ...request, url: new URL(to, request.url).href }) : response;
    },
  },
  {
    name: "delivery-reads-to-the-end",
    family: "B",
    does: "The OP reads what an app answers to its end, however long that takes, and the user waits.",
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
    does: "Logout tokens are sent to https addresses whatever certificate is shown there.",
    clause: "BCP 195",
    check: "B-26",
    deliver: byTls({ rejectUnauthorized: false }),
  },
  {
    name: "old-tls-offered",
    family: "B",
    does: "Logout tokens go to whoever knows no better TLS than 1.0: it is offered beside the later ones.",
    clause: "BCP 195",
    check: "B-26",
    verdict: "warn",
    deliver: byTls({ minVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" }),
  },
  {
    name: "logout-uri-query-dropped",
    family: "B",
    does: "The query that a back-channel logout URI was registered with is left out.",
    clause: "BCL 2.2",
    check: "B-34",
    deliver: ({ url, init }, send) => send({ url: url.replace(/\?.*/, ""), init }),
  },
  {
    name: "logout-uri-with-fragment",
    family: "B",
    does: "A back-channel logout URI with a fragment is registered.",
    clause: "BCL 2.2",
    check: "B-35",
    configure: ({ extraClientMetadata }) => {
      const validator = extraClientMetadata?.validator;
      if (!validator) throw new Error("there are no rules for client metadata");
      extraClientMetadata.validator = (ctx, name, value, metadata) =>
        name === "backchannel_logout_uri" ? undefined : validator(ctx, name, value, metadata);
    },
  },
];

/** Has https addresses reached with these settings of TLS. */
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
