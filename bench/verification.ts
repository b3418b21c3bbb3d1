/** The cost of our logout token checks, compared with `jwtVerify` alone. */
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { parseRpConfig } from "#lib/config/rp-config.ts";
import { createLog } from "#lib/log.ts";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";
import { backchannelLogout } from "#lib/rp/endpoints/backchannel-logout.ts";
import { createRelyingParty } from "#lib/rp/relying-party.ts";
import { openSqliteStore } from "#lib/store/sqlite/store.ts";
import { iss } from "./sessions.ts";
import { ms, printTable, quantile, timed, times } from "./table.ts";

const tokens = 2000;

export async function benchVerification(): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "k", alg: "RS256", use: "sig" }] };
  const sign = () =>
    new SignJWT({ sid: crypto.randomUUID(), events: { [backchannelLogoutEvent]: {} } })
      .setProtectedHeader({ alg: "RS256", kid: "k", typ: "logout+jwt" })
      .setIssuer(iss)
      .setAudience("playground2")
      .setIssuedAt()
      .setExpirationTime("2m")
      .setJti(crypto.randomUUID())
      .sign(privateKey);
  const signed = await Promise.all(Array.from({ length: tokens }, sign));

  const jwks = createLocalJWKSet(keys);
  const options = { issuer: iss, audience: "playground2", algorithms: ["RS256"] };
  const bare = await timed(signed, (token) => jwtVerify(token, jwks, options));

  const rp = relyingParty(keys);
  const ours = await timed(signed, async (token) => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const request = new Request("http://rp/bclogout", {
      method: "POST",
      headers,
      body: `logout_token=${token}`,
    });
    const response = await backchannelLogout(request, rp);
    if (response.status !== 200) throw new Error(await response.text());
  });
  await rp.store.close();
  const row = (name: string, durations: number[]) => [
    ...[name, ms(quantile(durations, 0.5)), ms(quantile(durations, 0.99))],
    times(quantile(durations, 0.5) / quantile(bare, 0.5)),
  ];
  printTable("A logout token, RS256", [
    ["", "p50", "p99", "vs jose alone"],
    row("jose's jwtVerify alone", bare),
    row("POST /bclogout in process: request, all checks, jti, store, record", ours),
  ]);
}

/** A Relying Party without HTTP: it gets the issuer's documents from here. */
function relyingParty(keys: object) {
  const origin = new URL(iss).origin;
  const discovery = {
    issuer: iss,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    jwks_uri: `${origin}/jwks`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
  return createRelyingParty({
    config: parseRpConfig({
      RP_NAME: "playground2",
      RP_BASE_URLS: "http://localhost/playground2",
      RP_SECRET: crypto.randomUUID(),
      OP_ISSUER: iss,
      CLIENT_ID: "playground2",
    }),
    log: createLog({ name: "bench", LOG_FORMAT: "json", LOG_LEVEL: "silent" }),
    store: openSqliteStore(":memory:", "bench"),
    fetch: async (url) => Response.json(String(url).endsWith("/jwks") ? keys : discovery),
  });
}
