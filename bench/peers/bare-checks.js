/** The checks of BCL 2.6 by hand, with jose and a Map: what a receiver costs that keeps nothing and ends nothing. */
import { createRemoteJWKSet, jwtVerify } from "jose";

const event = "http://schemas.openid.net/event/backchannel-logout";
const { ISSUER = "", CLIENT_ID = "", JWKS_URI = "", MAX_AGE = "300" } = process.env;
const keys = createRemoteJWKSet(new URL(JWKS_URI || "http://unset.invalid"));
const skew = 60;
/** Each `jti` with the time until which it is remembered. */
const seen = new Map();

const isText = (value) => typeof value === "string" && value !== "";
const isAbsentOrText = (value) => value === undefined || isText(value);

/** Takes a form body.
 * @returns the status of the answer */
export async function receive(body) {
  const [token, ...more] = new URLSearchParams(body).getAll("logout_token");
  if (!token || more.length > 0) return 400;
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: ISSUER,
      audience: CLIENT_ID,
      algorithms: ["RS256"],
      requiredClaims: ["iat"],
      clockTolerance: skew,
      maxTokenAge: Number(MAX_AGE),
    });
    const { typ } = protectedHeader;
    if (![undefined, "jwt", "logout+jwt", "application/logout+jwt"].includes(typ?.toLowerCase())) return 400;
    const { sub, sid, jti, nonce, events } = payload;
    const member = events !== null && typeof events === "object" ? events[event] : undefined;
    if (member === null || typeof member !== "object" || Array.isArray(member)) return 400;
    if (nonce !== undefined || !isAbsentOrText(sub) || !isAbsentOrText(sid) || !(sub || sid)) return 400;
    if (!isText(jti) || seen.has(jti)) return 400;
    seen.set(jti, payload.iat + Number(MAX_AGE) + skew);
    return 200;
  } catch {
    return 400;
  }
}
