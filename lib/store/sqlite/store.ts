/** The store on node:sqlite: one file, no server, survives a restart. */
import { EventEmitter } from "node:events";
import type { JWK } from "jose";
import { ProtocolError } from "#lib/oidc/errors.ts";
import type { LogoutRequest } from "#lib/oidc/logout-request.ts";
import type { Mechanism } from "#lib/oidc/mechanisms.ts";
import {
  type EventType,
  type LogoutTokenRecord,
  logoutRecords,
  logoutRequestRecord,
  type ProtocolEvent,
  recordsChangedBy,
  type UnnumberedEvent,
} from "#lib/rp/events.ts";
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
} from "#lib/rp/model.ts";
import { lifetime, type Store } from "#lib/rp/store.ts";
import { Database, type DatabaseOptions } from "#lib/sqlite/database.ts";
import type { DatabaseFault } from "#lib/sqlite/fault.ts";
import type { StoreWatch } from "../watch.ts";
import { EventTable } from "./events.ts";
import { endedBefore, endOf, endWhere, listLogins, receiveLogout } from "./logout.ts";
import {
  readPendingLogin,
  savePendingLogin,
  savePendingLogout,
  takeLogoutRequest,
  takePendingLogin,
  takePendingLogout,
} from "./pending.ts";
import { schema } from "./schema.ts";
import { insertSession, readSession, renewSession, saveVisit } from "./session.ts";
import { Settings } from "./settings.ts";
import { sweep } from "./sweep.ts";

type SqliteOptions = StoreWatch & Pick<DatabaseOptions, "replaceBad" | "onMoved">;

/** @param folder of the database file; `:memory:` keeps nothing
 *  @param app that the store belongs to: apps may share a folder but not a store
 *  @throws {DatabaseFault} if the file cannot be used */
export function openSqliteStore(folder: string, app: string, options: SqliteOptions = {}): Store {
  const { onConnected: onRestored, ...others } = options;
  const errorOf = (fault: DatabaseFault) =>
    new ProtocolError("store_unavailable", `The session store does not answer: ${fault.reason}.`, {
      help: fault.help,
      detail: fault,
    });
  return new SqliteStore(new Database(folder, `${app}.sqlite`, schema, { ...others, errorOf, onRestored }));
}

/** What another party relies on is on disk before it is acknowledged (`durably`): no OP sends a logout token again after
 * 200. What a user can simply do again may be lost with the power. */
class SqliteStore implements Store {
  readonly #db: Database;
  readonly #closed = new AbortController();
  readonly #settings: Settings;
  readonly #events: EventTable;
  /** Only one process uses the file, so all changes are its own. */
  readonly #changes = new EventEmitter().setMaxListeners(0);

  constructor(db: Database) {
    this.#db = db;
    this.#settings = new Settings(db);
    this.#events = new EventTable(db);
  }

  async readSession(sessionId: string, now: number): Promise<RpSession | undefined> {
    return readSession(this.#db, sessionId, now);
  }

  async saveForm(sessionId: string, form: FormState, now: number): Promise<void> {
    this.#db.atomically(() => saveVisit(this.#db, sessionId, "form", form, now));
  }

  async saveTokens(sessionId: string, tokens: Tokens, now: number): Promise<void> {
    this.#db.atomically(() => saveVisit(this.#db, sessionId, "tokens", tokens, now));
  }

  async beginSession(
    session: RpSession,
    former: string | undefined,
    startedAt: number,
  ): Promise<SessionEnd | undefined> {
    const { login } = session;
    if (!login) throw new Error("a session begins with a login");
    const gone = former ? [former] : [];
    const ended = this.#db.atomically(() => {
      const ended = endedBefore(this.#db, login, startedAt);
      if (ended) return ended;
      if (former) this.#db.run("DELETE FROM sessions WHERE session_id = ?", former);
      gone.push(...insertSession(this.#db, session, login));
      this.#db.run(
        `INSERT INTO clients (iss, client_id, expires_at) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)`,
        login.iss,
        login.clientId,
        session.expiresAt + lifetime.ended,
      );
      return undefined;
    });
    if (!ended) this.#changed(...gone);
    return ended;
  }

  async renewLogin(sessionId: string, login: Login, startedAt: number): Promise<Renewal> {
    return this.#db.durably(() => {
      const ended = endedBefore(this.#db, login, startedAt);
      return ended ?? (renewSession(this.#db, sessionId, login) ? "renewed" : "no-session");
    });
  }

  async endSession(sessionId: string, end: SessionEnd): Promise<EndedSession | undefined> {
    const [ended] = this.#end({ sessionId }, end);
    return ended;
  }

  async saveLogoutOutcome(sessionId: string, outcome: LogoutOutcome): Promise<void> {
    this.#db.run("UPDATE sessions SET logout = ? WHERE session_id = ?", JSON.stringify(outcome), sessionId);
  }

  async deleteSession(sessionId: string): Promise<void> {
    this.#db.durably(() => this.#db.run("DELETE FROM sessions WHERE session_id = ?", sessionId));
    this.#changed(sessionId);
  }

  async receiveLogout(
    logout: ReceivedLogout,
    record: LogoutTokenRecord,
    now: number,
  ): Promise<LogoutEffect | "replayed"> {
    const effect = await this.#db.together(() => {
      const effect = receiveLogout(this.#db, logout, now);
      if (effect !== "replayed") this.#append(logoutRecords(record, effect, logout.end));
      return effect;
    });
    if (effect === "replayed") return effect;
    this.#changed(...effect.ended.map(({ sessionId }) => sessionId), logoutRequestRecord);
    return effect;
  }

  async claimRefresh(sessionId: string, claimant: string, now: number): Promise<boolean> {
    const sql = `INSERT INTO refreshes (session_id, claimant, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE
      SET claimant = excluded.claimant, expires_at = excluded.expires_at WHERE expires_at <= ?4`;
    return this.#db.run(sql, sessionId, claimant, now + lifetime.refresh, now) > 0;
  }

  async releaseRefresh(sessionId: string, claimant: string): Promise<void> {
    this.#db.run("DELETE FROM refreshes WHERE session_id = ? AND claimant = ?", sessionId, claimant);
    this.#changed(sessionId);
  }

  onSessionChange(sessionId: string, listener: () => void): () => void {
    this.#changes.on(sessionId, listener);
    return () => this.#changes.off(sessionId, listener);
  }

  async endBySid(iss: string, sid: string, end: SessionEnd): Promise<EndedSession[]> {
    return this.#end({ iss, sid }, end);
  }

  async readEnd(login: OpSession): Promise<SessionEnd | undefined> {
    return endOf(this.#db, login);
  }

  async listLogins(whose: { iss: string; sub?: string | undefined }, now: number): Promise<OpSession[]> {
    return listLogins(this.#db, whose, now);
  }

  async usedClientIds(iss: string, clientIds: readonly string[]): Promise<string[]> {
    const sql = `SELECT value FROM json_each(?2) WHERE
      EXISTS (SELECT 1 FROM clients WHERE iss = ?1 AND client_id = value) OR
      EXISTS (SELECT 1 FROM pending_logins WHERE iss = ?1 AND client_id = value)`;
    return this.#db.all(sql, iss, JSON.stringify(clientIds)).map((row) => String(row.value));
  }

  async savePendingLogin(pending: PendingLogin): Promise<void> {
    this.#db.atomically(() => savePendingLogin(this.#db, pending));
  }

  async readPendingLogin(state: string, now: number): Promise<PendingLogin | undefined> {
    return readPendingLogin(this.#db, state, now);
  }

  async takePendingLogin(state: string, now: number): Promise<PendingLogin | undefined> {
    return takePendingLogin(this.#db, state, now);
  }

  async forgetPendingLogin(state: string): Promise<void> {
    this.#db.run("DELETE FROM pending_logins WHERE state = ?", state);
  }

  async savePendingLogout(pending: PendingLogout | WaitingLogout, now: number): Promise<void> {
    this.#db.atomically(() => savePendingLogout(this.#db, pending, now));
  }

  async takeLogoutRequest(sessionId: string, now: number): Promise<LogoutRequest | undefined> {
    return this.#db.atomically(() => takeLogoutRequest(this.#db, sessionId, now));
  }

  async takePendingLogout(pending: PendingLogout, now: number): Promise<boolean> {
    return takePendingLogout(this.#db, pending, now);
  }

  async appendEvents(events: readonly UnnumberedEvent[]): Promise<void> {
    this.#db.atomically(() => this.#append(events));
    this.#changed(...recordsChangedBy(events));
  }

  async listEvents<Type extends EventType>(type: Type, most: number): Promise<ProtocolEvent<Type>[]> {
    return this.#events.list(type, most);
  }

  async readMechanisms(): Promise<Mechanism[] | undefined> {
    return this.#settings.read("mechanisms");
  }

  async saveMechanisms(chosen: readonly Mechanism[]): Promise<void> {
    this.#settings.save("mechanisms", chosen);
  }

  async readKeys(): Promise<JWK[] | undefined> {
    return this.#settings.read("keys");
  }

  async keepKeys(keys: readonly JWK[]): Promise<JWK[]> {
    this.#db.durably(() => this.#settings.saveOnce("keys", keys));
    return (await this.readKeys()) ?? [];
  }

  async readRegisteredClient(issuer: string): Promise<RegisteredClient | undefined> {
    return this.#settings.read(`registered client ${issuer}`);
  }

  async saveRegisteredClient(client: RegisteredClient): Promise<void> {
    this.#db.durably(() => this.#settings.save(`registered client ${client.issuer}`, client));
  }

  async forgetRegisteredClient(issuer: string): Promise<void> {
    this.#settings.forget(`registered client ${issuer}`);
  }

  async assertWritable(now: number): Promise<void> {
    this.#settings.save("written", now);
  }

  sweep(now: number): Promise<void> {
    return sweep(this.#db, now, this.#closed.signal);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#db.close();
  }

  #append(events: readonly UnnumberedEvent[]): void {
    for (const event of events) this.#events.append(event);
  }

  #end(which: Parameters<typeof endWhere>[1], end: SessionEnd): EndedSession[] {
    const ended = this.#db.durably(() => endWhere(this.#db, which, end));
    this.#changed(...ended.map(({ sessionId }) => sessionId));
    return ended;
  }

  #changed(...sessionIds: string[]): void {
    for (const sessionId of sessionIds) this.#changes.emit(sessionId);
  }
}
