/** B: the claims of a logout token (BCL 2.4). All checks share the tokens of one logout. */
import { isNumericDate } from "#lib/oidc/id-token.ts";
import { tokenType } from "#lib/oidc/jws.ts";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";
import { show } from "#lib/oidc/verdict.ts";
import {
  eachToken,
  eachTokenOfRun,
  everyToken,
  ordinaryLogout,
  sessionOf,
} from "../judge/ordinary-logout.ts";
import { mayLackSid } from "../model/capabilities.ts";
import type { Check } from "../run/check.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { signInAt } from "../steps/sign-in.ts";

const common = { needs: ["end-session", "back-channel"] } satisfies Partial<Check>;

/** Permitted clock skew between OP and suite, in seconds. */
const skew = 60;
/** The longest lifetime that BCL 4 recommends, in seconds. */
const recommended = 120;

export const logoutToken: Check[] = [
  {
    ...common,
    id: "B-04",
    title: "The iss of a logout token equals the issuer in discovery, byte for byte",
    clause: "BCL 2.4",
    severity: "high",
    last: true, // when the other checks have collected tokens
    run: eachTokenOfRun((t, { rp, claims: { iss } }) =>
      t.report.require(
        iss === t.provider.issuer,
        `${rp.name}: iss is ${show(iss)}, not ${t.provider.issuer}.`,
      ),
    ),
  },
  {
    ...common,
    id: "B-05",
    title: "The audience of a logout token is the receiving RP, and no other",
    clause: "BCL 2.4",
    severity: "critical",
    last: true, // when the other checks have collected tokens
    run: eachTokenOfRun((t, { rp, claims }) => {
      if (Object.keys(claims).length === 0) return; // encrypted, or no JWT: B-03 reports it
      const audiences = [claims.aud ?? []].flat();
      t.report.require(
        audiences.includes(rp.client.clientId),
        `${rp.name} received a token for ${show(claims.aud)}.`,
      );
      t.report.advise(audiences.length === 1, `${rp.name}: aud names others too: ${show(claims.aud)}.`);
    }),
  },
  {
    ...common,
    id: "B-06",
    title: "The iat of a logout token is the time of the logout",
    clause: "BCL 2.4",
    severity: "high",
    run: eachToken((t, { rp, claims: { iat } }, { began, ended }) => {
      if (!isNumericDate(iat)) return t.report.fail(`${rp.name}: iat is ${show(iat)}.`);
      if (!Number.isInteger(iat)) t.report.warn(`${rp.name}: iat is not an integer: ${iat}.`);
      const off = iat < began ? began - iat : Math.max(0, iat - ended);
      t.report.require(off <= skew, `${rp.name}: iat is ${Math.round(off)} s away from the logout.`);
    }),
  },
  {
    ...common,
    id: "B-07",
    title: "A logout token expires within minutes",
    clause: "BCL 2.4",
    severity: "high",
    last: true, // when the other checks have collected tokens
    run: eachTokenOfRun((t, { rp, claims: { iat, exp } }) => {
      if (!isNumericDate(exp))
        return t.report.fail(`${rp.name}: exp is ${show(exp)} (required since errata set 1).`);
      const lifetime = exp - (isNumericDate(iat) ? iat : Date.now() / 1000);
      t.report.require(lifetime > 0, `${rp.name}: exp is not later than iat.`);
      t.report.advise(
        lifetime <= recommended,
        `${rp.name}: a captured token can be used for ${lifetime} s; BCL 4 recommends two minutes.`,
      );
    }),
  },
  {
    ...common,
    id: "B-08",
    title: "Each logout token has a unique jti",
    clause: "BCL 2.4",
    severity: "high",
    last: true, // when the other checks have collected tokens
    run: async (t) => {
      await ordinaryLogout(t);
      const browser = await t.browser();
      for (let logouts = 0; logouts < 5 && everyToken(t).length < 20; logouts++) {
        const [session] = await signInAt(t, browser, t.alice, t.rp("rp-a"), t.rp("rp-b"), t.rp("rp-d"));
        await logOut(t, browser, session.rp, { parameters: usualParameters(session) });
      }
      const tokens = everyToken(t).filter(({ claims }) => claims.iss !== undefined);
      const seen = new Map<string, string>();
      for (const { rp, raw, claims } of tokens) {
        const { jti } = claims;
        if (typeof jti !== "string" || jti === "") return t.report.fail(`${rp.name}: jti is ${show(jti)}.`);
        const other = seen.get(jti);
        t.report.require(
          other === undefined || other === raw,
          `Two different logout tokens have the jti ${jti}.`,
        );
        seen.set(jti, raw);
      }
      t.report.measure(`${tokens.length} tokens compared.`);
    },
  },
  {
    ...common,
    id: "B-09",
    title: "The events claim contains exactly the back-channel logout event",
    clause: "BCL 2.4",
    severity: "high",
    last: true, // when the other checks have collected tokens
    run: eachTokenOfRun((t, { rp, claims: { events } }) => {
      const members = isObject(events) ? events : t.report.fail(`${rp.name}: events is ${show(events)}.`);
      const event = members[backchannelLogoutEvent];
      t.report.require(
        isObject(event),
        `${rp.name}: ${backchannelLogoutEvent} is ${show(event)}, not an object.`,
      );
      if (Object.keys(Object(event)).length > 0)
        t.report.warn(`${rp.name}: the event should be {}: ${show(event)}.`);
      if (Object.keys(members).length > 1)
        t.report.warn(`${rp.name}: events has other members: ${show(events)}.`);
    }),
  },
  {
    ...common,
    id: "B-10",
    title: "A logout token has no nonce",
    clause: "BCL 2.4",
    severity: "high",
    last: true, // when the other checks have collected tokens
    run: eachTokenOfRun((t, { rp, claims }) =>
      t.report.require(!("nonce" in claims), `${rp.name}: it has a nonce, so it can pass for an ID Token.`),
    ),
  },
  {
    ...common,
    id: "B-11",
    title: "A logout token identifies a user or a session",
    clause: "BCL 2.4",
    severity: "high",
    last: true, // when the other checks have collected tokens
    run: eachTokenOfRun((t, { rp, claims: { sub, sid } }) => {
      const named = [sub, sid].filter((value) => value !== undefined);
      t.report.require(named.length > 0, `${rp.name}: it has neither sub nor sid.`);
      t.report.require(
        named.every((value) => typeof value === "string" && value !== ""),
        `${rp.name}: sub is ${show(sub)}, sid is ${show(sid)}.`,
      );
    }),
  },
  {
    ...common,
    id: "B-13",
    title: "The sid of a logout token matches the RP's ID Token",
    clause: "BCL 2.4",
    severity: "high",
    run: async (t) => {
      const found = await ordinaryLogout(t);
      const withSid = found.tokens.filter(({ claims }) => claims.sid !== undefined);
      if (withSid.length === 0) t.report.skip("No logout token has a sid: see B-14.");
      for (const token of withSid) {
        const { sid } = sessionOf(found, token);
        t.report.require(
          token.claims.sid === sid,
          `${token.rp.name}: sid is ${show(token.claims.sid)}, its ID Token has ${show(sid)}.`,
        );
      }
    },
  },
  {
    ...common,
    id: "B-14",
    title: "An RP that requires sid gets it in its ID Token and logout token",
    clause: "BCL 2.2",
    severity: "high",
    run: async (t) => {
      const a = t.rp("rp-a");
      const why = mayLackSid(t, a);
      if (why) t.report.skip(why);
      const { sessions, tokens } = await ordinaryLogout(t);
      const session = sessions.find(({ rp }) => rp === a);
      t.report.require(Boolean(session?.sid), "The ID Token of rp-a has no sid.");
      const its = tokens.filter(({ rp }) => rp === a);
      if (its.length === 0) t.report.skip("No logout token came to rp-a: see B-01.");
      for (const { claims } of its)
        t.report.require(Boolean(claims.sid), "The logout token of rp-a has no sid.");
    },
  },
  {
    ...common,
    id: "B-15",
    title: "The typ of a logout token is logout+jwt",
    clause: "BCL 2.4",
    severity: "low",
    run: eachToken((t, { rp, header }) => {
      const typ = tokenType({ header: { alg: "", ...header }, claims: {} });
      if (typ === "logout+jwt") return;
      t.report.require(
        typ === undefined || !otherKinds.includes(typ),
        `${rp.name}: typ is ${show(header.typ)}, which is another kind of token.`,
      );
      t.report.warn(`${rp.name}: typ is ${show(header.typ)}; logout+jwt is recommended.`);
    }),
  },
  {
    ...common,
    id: "B-31",
    title: "A logout token contains no key references and no personal data beyond sub",
    clause: "RFC 8417 6",
    severity: "low",
    run: eachToken((t, { rp, header, claims }) => {
      const keys = ["jku", "jwk", "x5u", "x5c"].filter((name) => name in header);
      if (keys.length > 0)
        t.report.warn(`${rp.name}: the header has ${keys.join(", ")}, which no app may trust.`);
      const personal = Object.keys(claims).filter((name) => profile.includes(name));
      if (personal.length > 0) t.report.warn(`${rp.name}: it carries ${personal.join(", ")}.`);
    }),
  },
];

/** Types of tokens that a logout token must not pass for (RFC 9068, 9101, 9449, 9701). */
const otherKinds = ["at+jwt", "oauth-authz-req+jwt", "dpop+jwt", "token-introspection+jwt"];

/** Claims about people (Core 5.1), and common additions of OPs. */
const profile =
  "name given_name family_name middle_name nickname preferred_username profile picture website email email_verified gender birthdate zoneinfo locale phone_number phone_number_verified address username groups roles".split(
    " ",
  );

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
