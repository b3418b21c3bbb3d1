/** What a Relying Party remembers. Times are milliseconds since the epoch unless said otherwise. */
import type { IdTokenClaims } from "#lib/oidc/id-token.ts";
import type { Encryption } from "#lib/oidc/jwe.ts";
import type { LogoutRequest } from "#lib/oidc/logout-request.ts";
import type { Mechanism } from "#lib/oidc/mechanisms.ts";
import type { ClientManagement } from "#lib/oidc/registration.ts";
import type { RegistrationReport } from "#lib/oidc/registration-report.ts";
import type { Verdict } from "#lib/oidc/verdict.ts";

/** A user is logged in here: what the callback leaves behind. */
export interface Login {
  iss: string;
  sub: string;
  sid?: string;
  clientId: string;
  claims: IdTokenClaims;
  verdicts: Verdict[];
  tokens: Tokens;
  sessionState?: string;
  /** When the session began. */
  since: number;
  /** Who carried the login out, and keeps the browser's cookie. */
  signedInBy: "form" | "next-auth";
  grantType: string;
  responseType: string;
  redirectUri: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  /** Where this login is ended at the OP; empty when the form said to leave it out. */
  endSessionEndpoint: string;
  /** Where the OP answers whether its session has changed; empty when it does not. */
  checkSessionIframe: string;
}

export interface Tokens {
  /** As the OP signed it, decrypted where it came encrypted. */
  idToken?: string;
  /** As it came, where it came encrypted. */
  encryptedIdToken?: string;
  accessToken?: string;
  refreshToken?: string;
  scope?: string;
  /** When the access token expires. */
  expiresAt?: number;
  /** Who issued them: they are sent to nobody else. */
  issuer: string;
  clientId: string;
}

/** By what a session ended. */
export type EndedBy = Mechanism | "rp-initiated" | "local" | "sign-out" | "refresh" | "reset" | "new-login";

export interface SessionEnd {
  by: EndedBy;
  at: number;
  /** Why, where the mechanism alone does not say it. */
  detail?: string;
  /** How long the OP had already known, where it says so (`toe` of the logout token, RFC 8417 2.2). */
  noticedAfterMs?: number;
}

/** The end of a session that had begun. */
export interface PastSession extends SessionEnd {
  livedMs: number;
}

/** The client that this app registered itself as (RFC 7591 3.2.1). */
export interface RegisteredClient {
  issuer: string;
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string;
  /** Seconds since 1970, as the OP says it; 0 or absent: never. */
  secretExpiresAt?: number;
  /** `id_token_signed_response_alg` */
  alg: string;
  encryption?: Encryption;
  /** How it is deleted at the OP; the token in it is shown to nobody. */
  management?: ClientManagement;
  registeredAt: number;
  report: RegistrationReport;
}

/** What came back from the OP after a logout request. */
export interface LogoutOutcome {
  state: string;
  result: "logged_out" | "declined" | "failed";
  /** What the OP said, where it is not that. */
  error?: string;
  at: number;
}

/** The authorize form as a user left it, with what was wrong beside each field. */
export interface FormState {
  values: Record<string, string>;
  errors: Record<string, string>;
  /** The registration form likewise. */
  registration?: RegistrationForm;
}

export interface RegistrationForm {
  values: Record<string, string>;
  errors: Record<string, string>;
  /** What became of the client at the OP that this app forgot. */
  forgotten?: string;
}

/** The session of one browser at this app. Glossary: RP session; never to be confused with the OP's `sid`. */
export interface RpSession {
  sessionId: string;
  createdAt: number;
  expiresAt: number;
  form?: FormState;
  login?: Login;
  /** Tokens of a grant that logs nobody in (client credentials). */
  tokens?: Tokens;
  ended?: PastSession;
  logout?: LogoutOutcome;
}

/** An authorization request on its way. */
export interface PendingLogin {
  state: string;
  /** Also in the cookie that this `state` has in the browser that asked. */
  binding: string;
  nonce: string;
  codeVerifier?: string;
  issuer: string;
  clientId: string;
  clientSecret?: string;
  redirectUri: string;
  grantType: string;
  responseType: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  endSessionEndpoint: string;
  checkSessionIframe: string;
  /** The RP session that a request with `prompt=none` is to confirm. */
  confirms?: string;
  startedAt: number;
}

/** A logout request on its way. */
export interface PendingLogout {
  state: string;
  sessionId: string;
}

/** One that waits for the browser to come and carry it. */
export interface WaitingLogout extends PendingLogout {
  request: LogoutRequest;
}

/** Which sessions a logout ends: the OP session `sid`, or without one all of `sub`; only those of these clients. */
export interface LogoutSelector {
  iss: string;
  sid?: string | undefined;
  sub?: string | undefined;
  clientIds: readonly string[];
}

/** A verified logout token, as the store takes it in. */
export interface ReceivedLogout extends LogoutSelector {
  jti: string;
  /** Until when the `jti` is remembered. */
  replayableUntil: number;
  /** `iat` of the token, in whole seconds: a login still on its way may be of a user who authenticated later. */
  iat: number;
  end: SessionEnd;
}

export interface EndedSession {
  sessionId: string;
  sub: string;
  sid?: string;
  since: number;
}

/** The answer to "is the user still signed in at the OP?" (SM 3.1), as the RP iframe gets it. */
export type Confirmation =
  | { confirmation: "renewed"; sessionState: string }
  | { confirmation: "ended" }
  | { confirmation: "failed"; reason: string };

/** The browser that starts a flow, and the address it uses. */
export interface Asker {
  sessionId: string;
  base: string;
  /** The request's Cookie header. */
  cookies: string | null;
}
