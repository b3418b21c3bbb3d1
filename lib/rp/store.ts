/** The one interface to what a Relying Party remembers, whichever engine is behind it. */
import type { JWK } from "jose";
import type { LogoutRequest } from "#lib/oidc/logout-request.ts";
import type { Mechanism } from "#lib/oidc/mechanisms.ts";
import type { EventType, ProtocolEvent, UnnumberedEvent } from "./events.ts";
import type {
  EndedSession,
  FormState,
  Login,
  LogoutOutcome,
  PendingLogin,
  PendingLogout,
  ReceivedLogout,
  RegisteredClient,
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
  /** From the authorization request to its response; people read and look for passwords. */
  pendingLogin: 15 * 60 * 1000,
  pendingLogout: 15 * 60 * 1000,
  /** Least time an ended OP session is remembered; longer if its tokens live longer. */
  ended: 60 * 60 * 1000,
  /** Longest time that a refresh of tokens is left to whoever began it: longer than a token request may take. */
  refresh: 15 * 1000,
  events: 24 * 60 * 60 * 1000,
} as const;

/** Most rows of what anybody can have written: the oldest go first. */
export const limit = {
  /** Of each type. */
  events: 500,
  /** RP sessions without a login. */
  visits: 5000,
  pendingLogins: 5000,
} as const;

/** @throws {ProtocolError} `store_unavailable`, of every method, within two seconds: nothing is known then of what was
 * to be written */
export interface Store {
  readSession(sessionId: string, now: number): Promise<RpSession | undefined>;
  /** Keeps a form, in a new RP session when there is none by that id. */
  saveForm(sessionId: string, form: FormState, now: number): Promise<void>;
  /** Keeps tokens that log nobody in, in a new RP session when there is none by that id. */
  saveTokens(sessionId: string, tokens: Tokens, now: number): Promise<void>;
  /** Begins a session with a login in place of the browser's former one, unless the OP session was ended before:
   * then nothing is kept and the end is answered. One atomic step.
   * @param startedAt when its authorization request left */
  beginSession(
    session: RpSession,
    former: string | undefined,
    startedAt: number,
  ): Promise<SessionEnd | undefined>;
  /** Keeps what a confirmed login brought; false when nobody is logged in any more, or somebody else, or when the logout
   * of that OP session came first. */
  renewLogin(sessionId: string, login: Login): Promise<boolean>;
  /** Ends this one session; undefined when nobody was logged in. */
  endSession(sessionId: string, end: SessionEnd): Promise<EndedSession | undefined>;
  saveLogoutOutcome(sessionId: string, outcome: LogoutOutcome): Promise<void>;
  deleteSession(sessionId: string): Promise<void>;

  /** Takes in a verified logout token: its `jti` is remembered, the sessions it means end, and so will those whose
   * callback is still running. One atomic step.
   * @returns the ended sessions, or "replayed" and nothing done when the `jti` was seen before */
  receiveLogout(logout: ReceivedLogout, now: number): Promise<EndedSession[] | "replayed">;
  /** Ends the sessions with this `sid`, whoever's client they are of: what a front-channel logout asks for. It is not
   * signed, so nothing is remembered of it. */
  endBySid(iss: string, sid: string, end: SessionEnd): Promise<EndedSession[]>;
  /** Which of these client IDs have logged somebody in at this issuer, or are about to. */
  usedClientIds(iss: string, clientIds: readonly string[]): Promise<string[]>;

  /** Claims the refresh of a session's tokens: a refresh token may work once only, whichever replica uses it.
   * @param claimant any name of its own
   * @returns false while somebody else has it, for `lifetime.refresh` at most */
  claimRefresh(sessionId: string, claimant: string, now: number): Promise<boolean>;
  /** Gives the claim back, and calls back those who wait for it by `onSessionChange`. */
  releaseRefresh(sessionId: string, claimant: string): Promise<void>;

  /** Calls back each time something may have happened to this session, at whichever replica: it ended, was replaced, is
   * gone, its tokens were refreshed; and when the connection to the store is back, as something may have been missed.
   * @returns the function that stops it */
  onSessionChange(sessionId: string, listener: () => void): () => void;

  savePendingLogin(pending: PendingLogin): Promise<void>;
  readPendingLogin(state: string, now: number): Promise<PendingLogin | undefined>;
  /** Reads and marks as taken in one step, so that a `state` works once. Its client stays known until it is forgotten:
   * a logout may come while the callback runs. */
  takePendingLogin(state: string, now: number): Promise<PendingLogin | undefined>;
  forgetPendingLogin(state: string): Promise<void>;
  savePendingLogout(pending: PendingLogout | WaitingLogout, now: number): Promise<void>;
  /** Takes the logout request that waits for this session's browser; its `state` stays pending. */
  takeLogoutRequest(sessionId: string, now: number): Promise<LogoutRequest | undefined>;
  /** Reads and forgets, but only for the session that asked: nobody else uses it up. */
  takePendingLogout(pending: PendingLogout, now: number): Promise<boolean>;

  appendEvent(event: UnnumberedEvent): Promise<void>;
  /** The newest events of a type, newest first. */
  listEvents<Type extends EventType>(type: Type, most: number): Promise<ProtocolEvent<Type>[]>;

  /** The mechanisms that are switched on; undefined when nobody has chosen. */
  readMechanisms(): Promise<Mechanism[] | undefined>;
  saveMechanisms(chosen: readonly Mechanism[]): Promise<void>;

  /** The private keys of this app; undefined before there are any. */
  readKeys(): Promise<JWK[] | undefined>;
  /** Keeps these keys unless others were kept first.
   * @returns the ones that are kept */
  keepKeys(keys: readonly JWK[]): Promise<JWK[]>;

  /** The client that this app registered itself as at this issuer. */
  readRegisteredClient(issuer: string): Promise<RegisteredClient | undefined>;
  /** Keeps it in place of an earlier one at its issuer. */
  saveRegisteredClient(client: RegisteredClient): Promise<void>;
  forgetRegisteredClient(issuer: string): Promise<void>;

  /** Forgets what has expired, where the engine does not by itself. */
  sweep(now: number): Promise<void>;
  close(): Promise<void>;
}
