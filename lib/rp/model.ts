/** What a Relying Party remembers. Times are milliseconds since the epoch unless said otherwise. */
import type { IdTokenClaims } from "#lib/oidc/id-token.ts";
import type { Encryption } from "#lib/oidc/jwe.ts";
import type { LogoutRequest } from "#lib/oidc/logout-request.ts";
import type { Mechanism } from "#lib/oidc/mechanisms.ts";
import type { ClientManagement } from "#lib/oidc/registration-management.ts";
import type { RegistrationReport } from "#lib/oidc/registration-report.ts";
import type { Verdict } from "#lib/oidc/verdict.ts";

/** A logged-in user, as the callback stores it. */
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
  /** What completed the login and owns the browser's cookie. */
  signedInBy: "form" | "next-auth";
  grantType: string;
  responseType: string;
  redirectUri: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  /** Empty when the form omitted it. */
  endSessionEndpoint: string;
  /** Empty when the OP has none, or the form omitted it. */
  checkSessionIframe: string;
}

/** The OP session of a login, as a client of the OP knows it. */
export type OpSession = Pick<Login, "iss" | "clientId"> & { sid?: string | undefined };

/** What a logout request at the OP needs of a login. */
export type LoginAtProvider = Pick<Login, "iss" | "clientId" | "claims" | "tokens" | "endSessionEndpoint">;

export interface Tokens {
  /** As the OP signed it, after decryption. */
  idToken?: string;
  /** As received, if it was encrypted. */
  encryptedIdToken?: string;
  accessToken?: string;
  refreshToken?: string;
  scope?: string;
  /** When the access token expires. */
  expiresAt?: number;
  /** Their issuer, the only party that they are sent to. */
  issuer: string;
  clientId: string;
}

/** What ended a session. */
export type EndedBy = Mechanism | "rp-initiated" | "local" | "sign-out" | "refresh" | "reset" | "new-login";

export interface SessionEnd {
  by: EndedBy;
  at: number;
  /** The reason, where the mechanism alone does not explain it. */
  detail?: string;
  /** How long ago the OP had ended its own session, if it says so (`toe` of the logout token, RFC 8417 2.2). */
  noticedAfterMs?: number;
  /** The login that may live on at the OP, so that the user can still log out there. Never recorded as an event. */
  atProvider?: LoginAtProvider;
}

/** What became of the renewal of a login: no session of the same user was there, or a logout came first. */
export type Renewal = "renewed" | "no-session" | SessionEnd;

/** The end of a session that had begun. */
export interface PastSession extends SessionEnd {
  livedMs: number;
}

/** The client that this app registered for itself (RFC 7591 3.2.1). */
export interface RegisteredClient {
  issuer: string;
  clientId: string;
  /** Absent for a public client. */
  clientSecret?: string;
  /** Seconds since the epoch; 0 or absent: never. */
  secretExpiresAt?: number;
  /** `id_token_signed_response_alg` */
  alg: string;
  encryption?: Encryption;
  /** How to delete it at the OP; holds a token, which is never shown. */
  management?: ClientManagement;
  registeredAt: number;
  report: RegistrationReport;
}

/** The OP's response to a logout request. */
export interface LogoutOutcome {
  state: string;
  result: "logged_out" | "declined" | "failed";
  /** The OP's error, unless the user was logged out. */
  error?: string;
  at: number;
}

/** The authorize form as submitted, with the errors of each field. */
export interface FormState {
  values: Record<string, string>;
  errors: Record<string, string>;
  /** The same for the registration form. */
  registration?: RegistrationForm;
}

export interface RegistrationForm {
  values: Record<string, string>;
  errors: Record<string, string>;
  /** What happened at the OP to the client that this app forgot. */
  forgotten?: string;
}

/** The RP session: the session of one browser at this app, unrelated to the OP's `sid`. */
export interface RpSession {
  sessionId: string;
  createdAt: number;
  expiresAt: number;
  form?: FormState;
  login?: Login;
  /** Tokens of a grant without a login (client credentials). */
  tokens?: Tokens;
  ended?: PastSession;
  logout?: LogoutOutcome;
}

/** A pending authorization request. */
export interface PendingLogin {
  state: string;
  /** Also in the cookie for this `state`, in the browser that made the request. */
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
  /** The RP session that this browser had before the request. */
  browser?: string;
  /** The RP session that a request with `prompt=none` confirms. */
  confirms?: string;
  startedAt: number;
}

/** A pending logout request. */
export interface PendingLogout {
  state: string;
  sessionId: string;
}

/** A logout request that waits for the browser to send it. */
export interface WaitingLogout extends PendingLogout {
  request: LogoutRequest;
}

/** Which sessions a logout ends, only those of these clients: with this `sid`, and of `sub` those whose ID Token had no
 * `sid`; by `sub` alone, all of that subject. */
export interface LogoutSelector {
  iss: string;
  sid?: string | undefined;
  sub?: string | undefined;
  clientIds: readonly string[];
}

/** A verified logout token, as the store receives it. */
export interface ReceivedLogout extends LogoutSelector {
  jti: string;
  /** Until when the `jti` is remembered. */
  replayableUntil: number;
  /** `iat` of the token, in whole seconds: the user of a pending login may have authenticated later. */
  iat: number;
  end: SessionEnd;
}

export interface EndedSession {
  sessionId: string;
  sub: string;
  sid?: string;
  since: number;
}

/** What a logout did here. */
export interface LogoutEffect {
  ended: readonly EndedSession[];
  /** If it ended none: the logins that it could have meant, its user's, or without `sub` those that have no `sid`. */
  others: readonly OpSession[];
}

/** The answer to "is the user still signed in at the OP?" (SM 3.1), as the RP iframe gets it. */
export type Confirmation =
  | { confirmation: "renewed"; sessionState: string }
  | { confirmation: "ended" }
  | { confirmation: "failed"; reason: string };

/** The browser that starts a flow, and the address it uses. */
export interface Requester {
  sessionId: string;
  /** Whether the browser came with that session. */
  returning: boolean;
  base: string;
  /** The request's Cookie header. */
  cookies: string | null;
}
