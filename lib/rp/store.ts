/** What a Relying Party remembers, behind one interface for all engines. */
import type { JWK } from "jose";
import type { LogoutRequest } from "#lib/oidc/logout-request.ts";
import type { Mechanism } from "#lib/oidc/mechanisms.ts";
import type { EventType, LogoutTokenRecord, ProtocolEvent, UnnumberedEvent } from "./events.ts";
import type {
  EndedSession,
  FormState,
  Login,
  LogoutEffect,
  LogoutOutcome,
  OpSession,
  PendingLogin,
  PendingLogout,
  ReceivedLogout,
  RegisteredClient,
  Renewal,
  RpSession,
  SessionEnd,
  Tokens,
  WaitingLogout,
} from "./model.ts";

/** How long things are kept, in milliseconds. */
export const lifetime = {
  /** An RP session without a login: a form that was filled in. */
  visit: 60 * 60 * 1000,
  session: 12 * 60 * 60 * 1000,
  /** From the authorization request to its response: people read and look for passwords. */
  pendingLogin: 15 * 60 * 1000,
  pendingLogout: 15 * 60 * 1000,
  /** Minimum time an ended OP session is remembered; longer if its tokens live longer. */
  ended: 60 * 60 * 1000,
  /** How long a claim to refresh tokens lasts: longer than a token request may take. */
  refresh: 15 * 1000,
  events: 24 * 60 * 60 * 1000,
} as const;

/** Maximum number of records; the oldest are dropped first. A single browser or user reaches its own limit before it can
 * displace another's records. */
export const limit = {
  /** Of each type. */
  events: 500,
  /** RP sessions without a login. */
  visits: 5000,
  /** Those of browsers without a session go first: a flood of them displaces none of a browser that has one. */
  pendingLogins: 8000,
  pendingLoginsOfBrowser: 10,
  pendingLogouts: 2000,
  pendingLogoutsOfSession: 10,
  sessionsOfUser: 1000,
  /** Read to say why a logout request ended no session. */
  listedLogins: 100,
} as const;

/** Every method throws {ProtocolError} `store_unavailable` within two seconds when the engine does not answer; it is then
 * unknown whether a write took place. */
export interface Store {
  readSession(sessionId: string, now: number): Promise<RpSession | undefined>;
  /** Keeps a form, in a new RP session if there is none with that id. */
  saveForm(sessionId: string, form: FormState, now: number): Promise<void>;
  /** Keeps tokens of a grant without a login, in a new RP session if there is none with that id. */
  saveTokens(sessionId: string, tokens: Tokens, now: number): Promise<void>;
  /** Begins a session with a login in place of the browser's former one, unless the OP session was ended before. One
   * atomic step.
   * @param startedAt when its authorization request was sent
   * @returns that earlier end, and nothing is kept */
  beginSession(
    session: RpSession,
    former: string | undefined,
    startedAt: number,
  ): Promise<SessionEnd | undefined>;
  /** Keeps the data of a confirmed login, unless its OP session was ended before.
   * @param startedAt when the request was sent that vouches for the OP session
   * @returns "no-session" when the same user is no longer logged in, or that earlier end; then nothing is kept */
  renewLogin(sessionId: string, login: Login, startedAt: number): Promise<Renewal>;
  /** Ends this session; undefined if no user was logged in. */
  endSession(sessionId: string, end: SessionEnd): Promise<EndedSession | undefined>;
  saveLogoutOutcome(sessionId: string, outcome: LogoutOutcome): Promise<void>;
  deleteSession(sessionId: string): Promise<void>;

  /** Receives a verified logout token: remembers its `jti`, ends its sessions, makes those end whose callback is still
   * running, and records the token and the ended sessions. One atomic step.
   * @returns what it did, or "replayed" without effect when the `jti` was seen before */
  receiveLogout(
    logout: ReceivedLogout,
    record: LogoutTokenRecord,
    now: number,
  ): Promise<LogoutEffect | "replayed">;
  /** Ends the sessions with this `sid`, of any client: for front-channel logout. The request is unsigned, so nothing about
   * it is remembered. */
  endBySid(iss: string, sid: string, end: SessionEnd): Promise<EndedSession[]>;
  /** The logout that ended the `sid` of this login, while it is remembered: the OP has used that `sid` before. */
  readEnd(login: OpSession): Promise<SessionEnd | undefined>;
  /** The logins of a user at an issuer; without `sub`, those whose ID Token had no `sid`. At most `limit.listedLogins`. */
  listLogins(whose: { iss: string; sub?: string | undefined }, now: number): Promise<OpSession[]>;
  /** Which of these client IDs have a session or a pending login at this issuer. */
  usedClientIds(iss: string, clientIds: readonly string[]): Promise<string[]>;

  /** Claims the refresh of a session's tokens: a refresh token may work only once, on any replica.
   * @param claimant a unique name
   * @returns false while another claimant has it, for `lifetime.refresh` at most */
  claimRefresh(sessionId: string, claimant: string, now: number): Promise<boolean>;
  /** Releases the claim and notifies the listeners of `onSessionChange`. */
  releaseRefresh(sessionId: string, claimant: string): Promise<void>;

  /** Calls back whenever this session may have changed, on any replica: it ended, was replaced or deleted, its tokens were
   * refreshed; for `logoutRequestRecord`, whenever a logout request was recorded. Also when the connection to the store is
   * restored, since changes may have been missed.
   * @returns the function that stops it */
  onSessionChange(sessionId: string, listener: () => void): () => void;

  /** Drops the oldest above the limits. */
  savePendingLogin(pending: PendingLogin): Promise<void>;
  readPendingLogin(state: string, now: number): Promise<PendingLogin | undefined>;
  /** Reads and marks as taken in one step, so that a `state` works once. Its client stays known until
   * `forgetPendingLogin`: a logout may arrive while the callback runs. */
  takePendingLogin(state: string, now: number): Promise<PendingLogin | undefined>;
  forgetPendingLogin(state: string): Promise<void>;
  /** Drops the oldest above the limits. A session has one waiting request, the last. */
  savePendingLogout(pending: PendingLogout | WaitingLogout, now: number): Promise<void>;
  /** Takes the logout request that waits for this session's browser; its `state` stays pending. */
  takeLogoutRequest(sessionId: string, now: number): Promise<LogoutRequest | undefined>;
  /** Reads and forgets, but only for the session that made the request: no other can consume it. */
  takePendingLogout(pending: PendingLogout, now: number): Promise<boolean>;

  /** All of them or none. */
  appendEvents(events: readonly UnnumberedEvent[]): Promise<void>;
  /** The newest events of a type, newest first. */
  listEvents<Type extends EventType>(type: Type, most: number): Promise<ProtocolEvent<Type>[]>;

  /** The mechanisms that are switched on; undefined by default. */
  readMechanisms(): Promise<Mechanism[] | undefined>;
  saveMechanisms(chosen: readonly Mechanism[]): Promise<void>;

  /** The private keys of this app; undefined before they are generated. */
  readKeys(): Promise<JWK[] | undefined>;
  /** Keeps these keys unless there are others already.
   * @returns the kept ones */
  keepKeys(keys: readonly JWK[]): Promise<JWK[]>;

  /** The client that this app registered at this issuer. */
  readRegisteredClient(issuer: string): Promise<RegisteredClient | undefined>;
  /** Replaces an earlier one at its issuer. */
  saveRegisteredClient(client: RegisteredClient): Promise<void>;
  forgetRegisteredClient(issuer: string): Promise<void>;

  /** Resolves if the store accepts writes, by a small one. */
  assertWritable(now: number): Promise<void>;
  /** Deletes what has expired, if the engine does not do it on its own. */
  sweep(now: number): Promise<void>;
  close(): Promise<void>;
}
