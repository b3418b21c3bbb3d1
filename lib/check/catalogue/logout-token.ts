/** B: Back-Channel Logout 1.0, section 2.4: what a logout token says. All look at the tokens of one logout. */
import { isNumericDate } from "#lib/oidc/id-token.ts";
import { tokenType } from "#lib/oidc/jws.ts";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";
import { signInAt } from "../judge/oracles.ts";
import { mayLackSid } from "../model/capabilities.ts";
import type { Check } from "../model/check.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { eachToken, everyToken, sessionOf, specimen } from "../steps/specimen.ts";

const common = { needs: ["end-session", "back-channel"] } satisfies Partial<Check>;

/** Seconds that the clocks of OP and suite may differ. */
const skew = 60;
/** Lifetimes in seconds: what BCL 4 recommends, and what no reading of it allows. */
const [recommended, longest] = [120, 3600];

export const logoutToken: Check[] = [
  {
    ...common,
    id: "B-04",
    title: "The issuer of a logout token is the issuer of discovery, to the byte",
    clause: "BCL 2.4",
    severity: "high",
    run: eachToken((t, { rp, claims: { iss } }) =>
      t.require(iss === t.provider.issuer, `${rp.name}: iss is ${show(iss)}, not ${t.provider.issuer}.`),
    ),
  },
  {
    ...common,
    id: "B-05",
    title: "The audience of a logout token is the Relying Party that receives it, and nobody else",
    clause: "BCL 2.4",
    severity: "critical",
    run: async (t) => {
      await specimen(t);
      for (const { rp, claims } of everyToken(t)) {
        if (Object.keys(claims).length === 0) continue; // encrypted, or no JWT: B-03 says so
        const audiences = [claims.aud ?? []].flat();
        t.require(
          audiences.includes(rp.client.clientId),
          `${rp.name} received a token for ${show(claims.aud)}.`,
        );
        t.require(audiences.length === 1, `${rp.name}: aud names others too: ${show(claims.aud)}.`);
      }
    },
  },
  {
    ...common,
    id: "B-06",
    title: "iat is the moment of the logout",
    clause: "BCL 2.4",
    severity: "high",
    run: eachToken((t, { rp, claims: { iat } }, { began, ended }) => {
      if (!isNumericDate(iat)) return t.fail(`${rp.name}: iat is ${show(iat)}.`);
      if (!Number.isInteger(iat)) t.warn(`${rp.name}: iat is no whole number: ${iat}.`);
      const off = iat < began ? began - iat : Math.max(0, iat - ended);
      t.require(off <= skew, `${rp.name}: iat is ${Math.round(off)} s away from the logout.`);
    }),
  },
  {
    ...common,
    id: "B-07",
    title: "A logout token expires, and soon",
    clause: "BCL 2.4",
    severity: "high",
    run: eachToken((t, { rp, claims: { iat, exp } }) => {
      if (!isNumericDate(exp))
        return t.fail(`${rp.name}: exp is ${show(exp)} (required since errata set 1).`);
      const lifetime = exp - (isNumericDate(iat) ? iat : Date.now() / 1000);
      t.require(lifetime > 0, `${rp.name}: exp is not later than iat.`);
      t.require(lifetime <= longest, `${rp.name}: a captured token can be used for ${lifetime} s.`);
      if (lifetime > recommended) t.warn(`${rp.name}: it lives ${lifetime} s; BCL 4 recommends two minutes.`);
    }),
  },
  {
    ...common,
    id: "B-08",
    title: "Each logout token has a jti of its own",
    clause: "BCL 2.4",
    severity: "high",
    alone: true, // so that it runs last, when the other checks have collected tokens
    run: async (t) => {
      await specimen(t);
      const browser = await t.browser();
      for (let logouts = 0; logouts < 5 && everyToken(t).length < 20; logouts++) {
        const [session] = await signInAt(t, browser, t.alice, t.rp("rp-a"), t.rp("rp-b"), t.rp("rp-d"));
        await logOut(t, browser, session.rp, { parameters: usualParameters(session) });
      }
      const tokens = everyToken(t).filter(({ claims }) => claims.iss !== undefined);
      const seen = new Map<string, string>();
      for (const { rp, raw, claims } of tokens) {
        const { jti } = claims;
        if (typeof jti !== "string" || jti === "") return t.fail(`${rp.name}: jti is ${show(jti)}.`);
        const other = seen.get(jti);
        t.require(other === undefined || other === raw, `Two different logout tokens have the jti ${jti}.`);
        seen.set(jti, raw);
      }
      t.measure(`${tokens.length} tokens compared.`);
    },
  },
  {
    ...common,
    id: "B-09",
    title: "events holds the back-channel logout event, and nothing else",
    clause: "BCL 2.4",
    severity: "high",
    run: eachToken((t, { rp, claims: { events } }) => {
      const members = isObject(events) ? events : t.fail(`${rp.name}: events is ${show(events)}.`);
      const event = members[backchannelLogoutEvent];
      t.require(isObject(event), `${rp.name}: ${backchannelLogoutEvent} is ${show(event)}, not an object.`);
      if (Object.keys(Object(event)).length > 0)
        t.warn(`${rp.name}: the event should be {}: ${show(event)}.`);
      if (Object.keys(members).length > 1) t.warn(`${rp.name}: events has other members: ${show(events)}.`);
    }),
  },
  {
    ...common,
    id: "B-10",
    title: "A logout token has no nonce",
    clause: "BCL 2.4",
    severity: "high",
    run: eachToken((t, { rp, claims }) =>
      t.require(!("nonce" in claims), `${rp.name}: it has a nonce, so it can pass for an ID Token.`),
    ),
  },
  {
    ...common,
    id: "B-11",
    title: "A logout token names a user or a session",
    clause: "BCL 2.4",
    severity: "high",
    run: eachToken((t, { rp, claims: { sub, sid } }) => {
      const named = [sub, sid].filter((value) => value !== undefined);
      t.require(named.length > 0, `${rp.name}: it has neither sub nor sid.`);
      t.require(
        named.every((value) => typeof value === "string" && value !== ""),
        `${rp.name}: sub is ${show(sub)}, sid is ${show(sid)}.`,
      );
    }),
  },
  {
    ...common,
    id: "B-13",
    title: "The sid of a logout token is that of the Relying Party's ID Token",
    clause: "BCL 2.4",
    severity: "high",
    run: async (t) => {
      const found = await specimen(t);
      const withSid = found.tokens.filter(({ claims }) => claims.sid !== undefined);
      if (withSid.length === 0) t.skip("No logout token has a sid: see B-14.");
      for (const token of withSid) {
        const { sid } = sessionOf(found, token);
        t.require(
          token.claims.sid === sid,
          `${token.rp.name}: sid is ${show(token.claims.sid)}, its ID Token has ${show(sid)}.`,
        );
      }
    },
  },
  {
    ...common,
    id: "B-14",
    title: "A Relying Party that asks for sid gets it in the ID Token and in the logout token",
    clause: "BCL 2.2",
    severity: "high",
    run: async (t) => {
      const a = t.rp("rp-a");
      const why = mayLackSid(t, a);
      if (why) t.skip(why);
      const { sessions, tokens } = await specimen(t);
      const session = sessions.find(({ rp }) => rp === a);
      t.require(Boolean(session?.sid), "The ID Token of rp-a has no sid.");
      const its = tokens.filter(({ rp }) => rp === a);
      if (its.length === 0) t.skip("No logout token came to rp-a: see B-01.");
      for (const { claims } of its) t.require(Boolean(claims.sid), "The logout token of rp-a has no sid.");
    },
  },
  {
    ...common,
    id: "B-15",
    title: "A logout token says that it is one, by its type",
    clause: "BCL 2.4",
    severity: "low",
    run: eachToken((t, { rp, header }) => {
      const typ = tokenType({ header: { alg: "", ...header }, claims: {} });
      if (typ === "logout+jwt") return;
      t.require(
        typ === undefined || typ === "jwt",
        `${rp.name}: typ is ${show(header.typ)}, another kind of token.`,
      );
      t.warn(`${rp.name}: typ is ${show(header.typ)}; logout+jwt is recommended.`);
    }),
  },
  {
    ...common,
    id: "B-31",
    title: "A logout token brings no key of its own, and nothing about the person beyond sub",
    clause: "RFC 8417 6",
    severity: "low",
    run: eachToken((t, { rp, header, claims }) => {
      const keys = ["jku", "jwk", "x5u", "x5c"].filter((name) => name in header);
      if (keys.length > 0) t.warn(`${rp.name}: the header has ${keys.join(", ")}, which nobody may believe.`);
      const personal = Object.keys(claims).filter((name) => profile.includes(name));
      if (personal.length > 0) t.warn(`${rp.name}: it carries ${personal.join(", ")}.`);
    }),
  },
];

/** Claims about people (Core 5.1), and what OPs put beside them. */
const profile =
  "name given_name family_name middle_name nickname preferred_username profile picture website email email_verified gender birthdate zoneinfo locale phone_number phone_number_verified address username groups roles".split(
    " ",
  );

const show = (value: unknown): string => (value === undefined ? "absent" : JSON.stringify(value));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
