/** The store on node:sqlite: one file, no server, survives a restart. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { schema } from "./sqlite-schema.ts";
import { eventLimit, lifetime, type Store } from "./store.ts";
import type {
  EndedSession,
  FormState,
  LogoutOutcome,
  LogoutSelector,
  PendingLogin,
  PendingLogout,
  ProtocolEvent,
  ReceivedLogout,
  RpSession,
  SessionEnd,
  Tokens,
} from "./types.ts";

type Row = Record<string, string | number | null>;

/** @param folder that gets the database file; `:memory:` keeps nothing */
export function openSqliteStore(folder: string): Store {
  if (folder !== ":memory:") mkdirSync(folder, { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(folder === ":memory:" ? folder : join(folder, "rp.sqlite"));
  db.exec(schema);
  return new SqliteStore(db);
}

class SqliteStore implements Store {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async readSession(sessionId: string): Promise<RpSession | undefined> {
    const row = this.#get(
      "SELECT * FROM sessions WHERE session_id = ? AND expires_at > ?",
      sessionId,
      Date.now(),
    );
    return row && sessionFrom(row);
  }

  async saveForm(sessionId: string, form: FormState, now: number): Promise<void> {
    this.#saveVisit(sessionId, "form", form, now);
  }

  async saveTokens(sessionId: string, tokens: Tokens, now: number): Promise<void> {
    this.#saveVisit(sessionId, "tokens", tokens, now);
  }

  async beginSession(
    session: RpSession,
    former: string | undefined,
    startedAt: number,
  ): Promise<SessionEnd | undefined> {
    return this.#atomically(() => {
      const login = session.login;
      if (!login) throw new Error("a session begins with a login");
      const ended = this.#endBefore(login.iss, login.sid, login.sub, startedAt, login.claims.auth_time);
      if (ended) return ended;
      if (former) this.#run("DELETE FROM sessions WHERE session_id = ?", former);
      this.#run(
        `INSERT INTO sessions (session_id, created_at, expires_at, form, login, iss, sid, sub, client_id)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        session.sessionId,
        session.createdAt,
        session.expiresAt,
        session.form ? JSON.stringify(session.form) : null,
        JSON.stringify(login),
        login.iss,
        login.sid ?? null,
        login.sub,
        login.clientId,
      );
      return undefined;
    });
  }

  async endSession(sessionId: string, end: SessionEnd): Promise<EndedSession | undefined> {
    return this.#end(
      this.#all("SELECT * FROM sessions WHERE session_id = ? AND login IS NOT NULL", sessionId),
      end,
    )[0];
  }

  async saveLogoutOutcome(sessionId: string, outcome: LogoutOutcome): Promise<void> {
    this.#run("UPDATE sessions SET logout = ? WHERE session_id = ?", JSON.stringify(outcome), sessionId);
  }

  async deleteSession(sessionId: string): Promise<void> {
    this.#run("DELETE FROM sessions WHERE session_id = ?", sessionId);
  }

  async receiveLogout(logout: ReceivedLogout, now: number): Promise<EndedSession[] | "replayed"> {
    return this.#atomically(() => {
      const fresh = this.#run(
        "INSERT INTO seen_jti (iss, jti, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        logout.iss,
        logout.jti,
        logout.replayableUntil,
      );
      if (fresh === 0) return "replayed";
      const rows = this.#selected(logout);
      this.#remember(logout, Math.max(now + lifetime.ended, ...rows.map(tokenExpiry)));
      return this.#end(rows, logout.end);
    });
  }

  async clientIds(iss: string): Promise<string[]> {
    const rows = this.#all(
      "SELECT client_id FROM sessions WHERE iss = ?1 UNION SELECT client_id FROM pending_logins WHERE iss = ?1",
      iss,
    );
    return rows.map((row) => String(row.client_id));
  }

  async savePendingLogin(pending: PendingLogin): Promise<void> {
    this.#run(
      "INSERT INTO pending_logins (state, iss, client_id, data, expires_at) VALUES (?, ?, ?, ?, ?)",
      pending.state,
      pending.issuer,
      pending.clientId,
      JSON.stringify(pending),
      pending.startedAt + lifetime.pendingLogin,
    );
  }

  async readPendingLogin(state: string, now: number): Promise<PendingLogin | undefined> {
    const row = this.#get("SELECT data FROM pending_logins WHERE state = ? AND expires_at > ?", state, now);
    return row && (JSON.parse(String(row.data)) as PendingLogin);
  }

  async takePendingLogin(state: string, now: number): Promise<PendingLogin | undefined> {
    const row = this.#get(
      "DELETE FROM pending_logins WHERE state = ? AND expires_at > ? RETURNING data",
      state,
      now,
    );
    return row && (JSON.parse(String(row.data)) as PendingLogin);
  }

  async savePendingLogout({ state, sessionId }: PendingLogout, now: number): Promise<void> {
    this.#run(
      "INSERT INTO pending_logouts (state, session_id, expires_at) VALUES (?, ?, ?)",
      state,
      sessionId,
      now + lifetime.pendingLogout,
    );
  }

  async takePendingLogout({ state, sessionId }: PendingLogout, now: number): Promise<boolean> {
    const sql = "DELETE FROM pending_logouts WHERE state = ? AND session_id = ? AND expires_at > ?";
    return this.#run(sql, state, sessionId, now) > 0;
  }

  async appendEvent(event: Omit<ProtocolEvent, "seq">): Promise<ProtocolEvent> {
    const { lastInsertRowid } = this.#db
      .prepare("INSERT INTO events (at, type, session_id, data) VALUES (?, ?, ?, ?)")
      .run(event.at, event.type, event.sessionId ?? null, JSON.stringify(event.data));
    const seq = Number(lastInsertRowid);
    this.#run("DELETE FROM events WHERE seq <= ?", seq - eventLimit);
    return { ...event, seq };
  }

  async listEvents(limit: number): Promise<ProtocolEvent[]> {
    return this.#all("SELECT * FROM events ORDER BY seq DESC LIMIT ?", limit).map((row) => ({
      seq: Number(row.seq),
      at: Number(row.at),
      type: row.type as ProtocolEvent["type"],
      ...(row.session_id ? { sessionId: String(row.session_id) } : {}),
      data: JSON.parse(String(row.data)) as Record<string, unknown>,
    }));
  }

  async sweep(now: number): Promise<void> {
    for (const table of ["sessions", "pending_logins", "pending_logouts", "seen_jti", "ended"]) {
      this.#run(`DELETE FROM ${table} WHERE expires_at <= ?`, now);
    }
    this.#run("DELETE FROM events WHERE at <= ?", now - lifetime.events);
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  /** An RP session that holds no login yet: made on the first thing worth keeping. */
  #saveVisit(sessionId: string, column: "form" | "tokens", value: FormState | Tokens, now: number): void {
    this.#run(
      `INSERT INTO sessions (session_id, created_at, expires_at, ${column}) VALUES (?, ?, ?, ?)
       ON CONFLICT (session_id) DO UPDATE SET ${column} = excluded.${column}`,
      sessionId,
      now,
      now + lifetime.visit,
      JSON.stringify(value),
    );
  }

  #selected({ iss, sid, sub, clientIds }: LogoutSelector): Row[] {
    const [column, value] = sid === undefined ? ["sub", sub] : ["sid", sid];
    return this.#all(
      `SELECT * FROM sessions WHERE iss = ? AND ${column} = ? AND client_id IN (SELECT value FROM json_each(?))`,
      iss,
      value ?? null,
      JSON.stringify(clientIds),
    );
  }

  #remember({ iss, sid, sub, iat, end }: ReceivedLogout, expiresAt: number): void {
    this.#run(
      `INSERT INTO ended (iss, kind, value, iat, end_by, at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET iat = excluded.iat, at = excluded.at, expires_at = excluded.expires_at`,
      iss,
      sid === undefined ? "sub" : "sid",
      sid ?? sub ?? null,
      iat,
      end.by,
      end.at,
      expiresAt,
    );
  }

  /** The logout that beat this login's callback. A `sid` is ended for good; a `sub` only as far as the login was
   * asked for before the logout came and the user has not authenticated again since. */
  #endBefore(
    iss: string,
    sid: string | undefined,
    sub: string,
    startedAt: number,
    authTime = 0,
  ): SessionEnd | undefined {
    const row = this.#get(
      `SELECT end_by, at FROM ended WHERE iss = ?1 AND
         (kind = 'sid' AND value = ?2 OR kind = 'sub' AND value = ?3 AND at >= ?4 AND iat >= ?5)`,
      iss,
      sid ?? null,
      sub,
      startedAt,
      authTime,
    );
    return row && { by: row.end_by as SessionEnd["by"], at: Number(row.at) };
  }

  #end(rows: Row[], end: SessionEnd): EndedSession[] {
    return rows.map((row) => {
      const { sessionId, login } = sessionFrom(row);
      if (!login) throw new Error("only a session with a login ends");
      this.#run(
        "UPDATE sessions SET login = NULL, sid = NULL, sub = NULL, ended = ? WHERE session_id = ?",
        JSON.stringify(end),
        sessionId,
      );
      return { sessionId, sub: login.sub, ...(login.sid ? { sid: login.sid } : {}), since: login.since };
    });
  }

  #atomically<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #run = (sql: string, ...values: SQLInputValue[]) => Number(this.#db.prepare(sql).run(...values).changes);
  #get = (sql: string, ...values: SQLInputValue[]) => this.#db.prepare(sql).get(...values) as Row | undefined;
  #all = (sql: string, ...values: SQLInputValue[]) => this.#db.prepare(sql).all(...values) as Row[];
}

const parsed = (row: Row, column: string) =>
  row[column] ? { [column]: JSON.parse(String(row[column])) } : {};

function sessionFrom(row: Row): RpSession {
  return {
    sessionId: String(row.session_id),
    createdAt: Number(row.created_at),
    expiresAt: Number(row.expires_at),
    ...parsed(row, "form"),
    ...parsed(row, "login"),
    ...parsed(row, "tokens"),
    ...parsed(row, "ended"),
    ...parsed(row, "logout"),
  };
}

const tokenExpiry = (row: Row) => (sessionFrom(row).login?.claims.exp ?? 0) * 1000;
