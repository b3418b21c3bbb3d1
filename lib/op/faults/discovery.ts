/** Faults of discovery: the OP's metadata and keys. */
import { endpointPaths } from "../paths.ts";
import { changeDiscovery, changeFrames } from "./answers.ts";
import type { Fault } from "./fault.ts";

/** Changes the discovery document. */
const withMetadata = (
  change: (metadata: Record<string, unknown>) => void,
): Required<Pick<Fault, "around">> => ({
  around: async (_op, ctx, next) => {
    await next();
    changeDiscovery(ctx, change);
  },
});

/** Changes the published keys.
 * @param own the OP's keys with their private parts */
const withKeys = (change: (keys: Key[], own: readonly Key[]) => void): Required<Pick<Fault, "around">> => ({
  around: async (op, ctx, next) => {
    await next();
    if (ctx.path !== endpointPaths.jwks) return;
    const { keys } = ctx.body as { keys: Key[] };
    const published = keys.map((key) => ({ ...key }));
    change(published, op.keys.jwks.keys as unknown as Key[]);
    ctx.body = { keys: published };
  },
});

type Key = Record<string, unknown>;

export const discovery: readonly Fault[] = [
  {
    name: "discovery-as-html",
    family: "D",
    does: "Without an Accept header for JSON the discovery document is served as text/html.",
    clause: "Discovery 4.2",
    check: "D-01",
    around: async (_op, ctx, next) => {
      const wantsJson = ctx.get("Accept").includes("application/json");
      await next();
      changeDiscovery(ctx, (metadata) => {
        if (wantsJson) return;
        ctx.body = JSON.stringify(metadata);
        ctx.type = "html";
      });
    },
  },
  {
    name: "end-session-endpoint-with-fragment",
    family: "D",
    does: "The declared end_session_endpoint has a fragment.",
    clause: "RIL 2.1",
    check: "D-02",
    ...withMetadata((metadata) => {
      metadata.end_session_endpoint += "#logout";
    }),
  },
  {
    name: "endpoint-on-http",
    family: "D",
    does: "An endpoint is declared with http, as by an OP unaware of the TLS proxy in front of it.",
    clause: "Discovery 3",
    check: "D-03",
    ...withMetadata((metadata) => {
      metadata.revocation_endpoint = String(metadata.revocation_endpoint).replace("https:", "http:");
    }),
  },
  {
    name: "backchannel-undeclared",
    family: "D",
    does: "The discovery document denies back-channel logout, although logout tokens are sent.",
    clause: "BCL 2.1",
    check: "D-04",
    ...withMetadata((metadata) => {
      metadata.backchannel_logout_supported = false;
    }),
  },
  {
    name: "frontchannel-flag-as-text",
    family: "D",
    does: "The value of frontchannel_logout_supported is the string true instead of the boolean.",
    clause: "FCL 3",
    check: "D-05",
    ...withMetadata((metadata) => {
      metadata.frontchannel_logout_supported = "true";
    }),
  },
  {
    name: "check-session-iframe-with-fragment",
    family: "D",
    does: "The declared check_session_iframe has a fragment.",
    clause: "SM 3.3",
    check: "D-06",
    ...withMetadata((metadata) => {
      metadata.check_session_iframe += "#iframe";
    }),
  },
  {
    name: "frontchannel-session-declared-only",
    family: "D",
    does: "The discovery document promises iss and sid in front-channel logout, but the frames have neither.",
    clause: "FCL 3",
    check: "D-07",
    around: async (_op, ctx, next) => {
      await next();
      await changeFrames(ctx, (uri) => uri.replace(/[?&]iss=[^&]*&sid=[^&]*/, ""));
    },
  },
  {
    name: "private-key-published",
    family: "D",
    does: "The published encryption key includes its private part: anyone can decrypt what is encrypted to the OP.",
    clause: "Core 10.1",
    check: "D-08",
    ...withKeys((keys, own) => {
      const key = keys.find(({ use }) => use === "enc");
      Object.assign(key ?? {}, { d: own.find(({ kid }) => kid === key?.kid)?.d });
    }),
  },
  {
    name: "same-kid-twice",
    family: "D",
    does: "Two published keys have the same kid.",
    clause: "RFC 7517 4.5",
    check: "D-08",
    verdict: "warn",
    ...withKeys((keys) => {
      for (const key of keys.filter(({ use }) => use === "enc")) key.kid = keys[0]?.kid;
    }),
  },
  {
    name: "key-without-kid",
    family: "D",
    does: "One of several published keys has no kid.",
    clause: "RFC 7517 4.5",
    check: "D-08",
    verdict: "warn",
    ...withKeys((keys) => {
      delete keys.find(({ use }) => use === "enc")?.kid;
    }),
  },
  {
    name: "response-without-iss",
    family: "D",
    does: "The discovery document promises iss in authorization responses, but successful ones have none.",
    clause: "RFC 9207 2",
    check: "D-09",
    install: ({ provider }) => {
      provider.on("authorization.success", (_ctx, response) => {
        delete response?.iss;
      });
    },
  },
  {
    name: "scripts-without-credentials",
    family: "D",
    does: "Scripts of apps cannot read the answer to a request with credentials, as some SDKs send it: they cannot sign in.",
    clause: "Fetch 3.3",
    check: "D-10",
    verdict: "warn",
    around: async (_op, ctx, next) => {
      await next();
      ctx.remove("Access-Control-Allow-Credentials");
    },
  },
];
