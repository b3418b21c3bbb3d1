/** Every protocol step is recorded once, as data; log lines, pages and the doctor read that record. */
import type { Finding } from "#lib/doctor/finding.ts";
import type { Found } from "#lib/oidc/checklist.ts";
import type { ProtocolErrorCode } from "#lib/oidc/errors.ts";
import type { Mechanism } from "#lib/oidc/mechanisms.ts";
import type { FieldResult } from "#lib/oidc/registration-report.ts";
import type { Verdict } from "#lib/oidc/verdict.ts";
import type {
  Confirmation,
  EndedSession,
  LogoutEffect,
  LogoutOutcome,
  PastSession,
  SessionEnd,
} from "./model.ts";

interface Failed {
  error: string;
}

interface Refused extends Failed {
  code: ProtocolErrorCode;
}

interface RefusedLogoutToken extends Refused {
  verdicts: Verdict[];
  received?: ReceivedToken;
}

/** A logout token as the app received it. It gives access to nothing, but names a user: pages show it to those who may
 * read it (logout/received-token.ts), and the log lacks it. */
export interface ReceivedToken {
  /** Absent if it is too long to keep. */
  token?: string;
  /** What was encrypted in it. */
  signed?: string;
}

/** What each type of event says. Never a secret, nor a token except `received`. */
export interface EventData {
  authorization_request: {
    clientId: string;
    responseType: string;
    grantType: string;
    endpoint: string;
    prompt?: string | undefined;
  };
  authorization_response: { parameters: string[] };
  sign_in_refused: Refused;
  /** `refusedBasic`: the OP refused `client_secret_basic`, which it declares, and accepted `client_secret_post`. */
  token_request: { grantType: string; clientId: string; refusedBasic: boolean };
  /** `session`: the first characters of the RP session's id. */
  session_begun: {
    iss: string;
    sub: string;
    sid?: string | undefined;
    clientId: string;
    session: string;
    warning?: string;
  };
  session_ended: PastSession & { sub: string; sid?: string | undefined };
  logout_request: { method: string; parameters: string[]; length: number } | Failed;
  post_logout: { result: LogoutOutcome["result"]; error?: string | undefined };
  session_confirmed: Confirmation;
  tokens_refreshed: { clientId: string } | Failed;
  frontchannel_logout: { sessions: number; warning?: string | undefined } | Refused;
  /** Refused, or for no session here. */
  frontchannel_logout_unverified: EventData["frontchannel_logout"];
  logout_token: AcceptedLogoutToken | RefusedLogoutToken;
  /** Refused before its signature was verified, so anyone may have sent it. */
  logout_token_unverified: RefusedLogoutToken;
  mechanisms_chosen: { mechanisms: readonly Mechanism[] };
  client_registered:
    | { issuer: string; clientId: string; counts: Record<FieldResult, number> }
    | (Failed & { issuer: string });
  client_forgotten: { issuer: string; clientId: string; atProvider: string };
  provider_discovered: { issuer: string };
  provider_examined: { issuer: string; findings: readonly Finding[] };
  provider_unavailable: Failed;
}

/** An accepted logout token, as far as it is known before its logout (logout/logout-effect.ts has the rest in words). */
export interface LogoutTokenRecord {
  iss: string;
  aud?: string | string[] | undefined;
  sub?: string | undefined;
  sid?: string | undefined;
  jti: string;
  /** The clients that the token is for. */
  clientIds: readonly string[];
  /** All but the last check, `session`. */
  found: readonly Found[];
  received?: ReceivedToken;
}

export type AcceptedLogoutToken = LogoutTokenRecord & LogoutEffect;

export type EventType = keyof EventData;

/** The events that record the logout requests of each mechanism. */
export const logoutEvents = {
  "back-channel": ["logout_token", "logout_token_unverified"],
  "front-channel": ["frontchannel_logout", "frontchannel_logout_unverified"],
  "session-management": [],
} as const satisfies Record<Mechanism, readonly EventType[]>;

export type LogoutEventType = (typeof logoutEvents)[Mechanism][number];

/** What `onSessionChange` of a store calls the record of logout requests. */
export const logoutRequestRecord = "logout requests";

const logoutEventTypes: ReadonlySet<EventType> = new Set(Object.values(logoutEvents).flat());

/** The records that these events change, where pages follow them. */
export const recordsChangedBy = (events: readonly Pick<UnnumberedEvent, "type">[]): string[] =>
  events.some(({ type }) => logoutEventTypes.has(type)) ? [logoutRequestRecord] : [];

/** An event of one type, before the store has numbered it. */
interface Recorded<Type extends EventType> {
  type: Type;
  /** Milliseconds since the epoch. */
  at: number;
  sessionId?: string;
  data: EventData[Type];
}

/** An event of one of these types, discriminated by `type`. */
export type ProtocolEvent<Types extends EventType = EventType> = {
  [Type in Types]: Recorded<Type> & { seq: number };
}[Types];

export type UnnumberedEvent = { [Type in EventType]: Recorded<Type> }[EventType];
export type NewEvent = { [Type in EventType]: Omit<Recorded<Type>, "at"> }[EventType];

/** What is recorded about sessions that the store has ended. */
export const endedEvents = (
  sessions: readonly EndedSession[],
  { atProvider: _, ...end }: SessionEnd,
): (UnnumberedEvent & { type: "session_ended" })[] =>
  sessions.map(({ sessionId, sub, sid, since }) => ({
    type: "session_ended",
    at: end.at,
    sessionId,
    data: { ...end, sub, sid, livedMs: end.at - since },
  }));

/** What is recorded about an accepted logout token, and about each session that it ended. */
export const logoutRecords = (
  record: LogoutTokenRecord,
  effect: LogoutEffect,
  end: SessionEnd,
): UnnumberedEvent[] => [
  { type: "logout_token", at: end.at, data: { ...record, ...effect } },
  ...endedEvents(effect.ended, end),
];

/** Records steps, in one write. Never throws: the protocol does not fail because its record does. */
export type EventLog = (...events: readonly NewEvent[]) => Promise<void>;
