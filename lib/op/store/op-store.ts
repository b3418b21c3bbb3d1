/** The OP's storage: one SQLite database for clients, sessions, grants, tokens, consents, keys, cookie secrets, and the
 * logout tokens to deliver. */
import type { Adapter, AdapterPayload } from "oidc-provider";
import { Database, type DatabaseOptions, type Row } from "#lib/sqlite/database.ts";
import type { DatabaseFault } from "#lib/sqlite/fault.ts";
import { inChunks } from "#lib/sqlite/in-chunks.ts";
import { Bounds } from "./bounds.ts";
import { type Delivery, DeliveryStore } from "./delivery-store.ts";
import { dropOrphans, schema } from "./schema.ts";
import { StoreUnavailable } from "./store-unavailable.ts";
import { participantsOf, type StoredSession } from "./stored-session.ts";

/** Thrown when a request saves a session that has ended since it was read, or in which another user has signed in. */
export class SessionEnded extends Error {
  override readonly name = "SessionEnded";
}

/** Seconds to remember that a session ended: longer than any request takes. */
const endRememberedSeconds = 3600;

/** What an app has registered, and keeps: a power failure must not undo it. */
const registered = ["Client", "RegistrationAccessToken"];

const seconds = (): number => Math.floor(Date.now() / 1000);

/** A session that has ended, and the logout tokens to send. */
export interface EndedSession {
  session: StoredSession;
  deliveries: Delivery[];
}

/** Every method runs synchronously, so no other request can interleave with it. */
export class OpStore {
  readonly #database: Database;
  readonly #bounds: Bounds;
  readonly #closed = new AbortController();
  readonly deliveries: DeliveryStore;

  /** @param directory that holds `op.sqlite`, or `:memory:` to keep nothing
   *  @throws {import("#lib/sqlite/fault.ts").DatabaseFault} if the file cannot be used. Later, every method throws
   *  `StoreUnavailable` */
  constructor(directory: string, options: DatabaseOptions = {}) {
    const errorOf = (fault: DatabaseFault) => new StoreUnavailable(fault);
    this.#database = new Database(directory, "op.sqlite", schema, { ...options, errorOf });
    this.#bounds = new Bounds(this.#database);
    this.deliveries = new DeliveryStore(this.#database);
    this.#database.run(dropOrphans);
  }

  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  close(): void {
    this.#closed.abort();
    this.#database.close();
  }

  /** The adapter for one of the library's models. */
  adapter(model: string): Adapter {
    return {
      upsert: async (id, payload, expiresIn) => this.upsert(model, id, payload, expiresIn),
      find: async (id) => this.find(model, id),
      findByUid: async (uid) => this.#findByUid(model, uid),
      findByUserCode: async () => undefined, // the device flow is off
      consume: async (id) => this.#consume(model, id),
      destroy: async (id) => this.destroy(model, id),
      revokeByGrantId: async (grantId) => {
        this.#database.run("DELETE FROM artifact WHERE model = ? AND grant_id = ?", model, grantId);
      },
    };
  }

  /** @throws {SessionEnded} if it is a session that has ended, or that is now another user's */
  upsert(model: string, id: string, payload: AdapterPayload, expiresIn?: number): void {
    const kept = model === "Session" ? this.#withEveryParticipant(payload) : payload;
    const insert = () =>
      this.#database.run(
        "INSERT OR REPLACE INTO artifact (model, id, payload, expires_at, uid, grant_id) VALUES (?, ?, ?, ?, ?, ?)",
        model,
        id,
        JSON.stringify(kept),
        expiresIn ? seconds() + expiresIn : null,
        payload.uid ?? null,
        payload.grantId ?? null,
      );
    if (registered.includes(model) || (model === "Session" && this.#isJoined(payload)))
      this.#database.durably(insert);
    else insert();
    this.#bounds.keep(model, id, payload, seconds());
  }

  /** Whether a client joins a session: one that has an ID Token must never be forgotten. */
  #isJoined({ uid = "", authorizations = {} }: AdapterPayload): boolean {
    const stored = this.#sessionsWhere("uid = ?", uid);
    const known = stored.flatMap((session) => Object.keys(session.authorizations ?? {}));
    return Object.keys(authorizations).some((clientId) => !known.includes(clientId));
  }

  find(model: string, id: string): AdapterPayload | undefined {
    return payloadOf(
      this.#database.get("SELECT payload FROM artifact WHERE model = ? AND id = ?", model, id),
    );
  }

  destroy(model: string, id: string): void {
    if (model === "Client") this.#destroyClient(id);
    else this.#database.run("DELETE FROM artifact WHERE model = ? AND id = ?", model, id);
  }

  /** Sessions with a signed-in user, newest first. */
  sessions(): StoredSession[] {
    return newestFirst(this.#sessionsWhere("expires_at > ?", seconds()));
  }

  /** The sessions of one user, newest first. */
  sessionsOf(accountId: string): StoredSession[] {
    return newestFirst(
      this.#sessionsWhere("payload ->> 'accountId' = ? AND expires_at > ?", accountId, seconds()),
    );
  }

  sessionByUid(uid: string): StoredSession | undefined {
    return newestFirst(this.#sessionsWhere("uid = ? AND expires_at > ?", uid, seconds()))[0];
  }

  /** Sessions of users that have expired and are still to be ended. A session that was renewed under a new identifier may
   * have left its old row behind; only the last row ends it. */
  expiredSessions(most: number): string[] {
    const sql = `SELECT DISTINCT uid FROM artifact INDEXED BY artifact_age
      WHERE model = 'Session' AND expires_at <= ?1 AND payload ->> 'accountId' IS NOT NULL AND uid IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM artifact AS living
          WHERE living.uid = artifact.uid AND living.model = 'Session' AND living.expires_at > ?1)
      LIMIT ?2`;
    return this.#database.all(sql, seconds(), most).map(({ uid }) => uid as string);
  }

  /** Ends sessions: removes them, revokes their tokens, and adds a delivery for each client to notify. All of that or
   * nothing, whatever happens to this process meanwhile: where a session is gone, its clients will be notified.
   * @returns those in which a user was signed in, unless they had already ended */
  endSessions(uids: readonly string[]): EndedSession[] {
    return this.#database.durably(() =>
      uids.flatMap((uid) => {
        const session = this.takeSession(uid);
        if (!session) return [];
        this.revokeGrants(session.authorizations);
        return [{ session, deliveries: this.#addDeliveries(session) }];
      }),
    );
  }

  /** Removes a session permanently: a request that has already read it cannot save it again. Concurrent requests may
   * have stored it under two identifiers, each with its own clients.
   * @returns the session with all its clients, if a user was signed in */
  takeSession(uid: string): StoredSession | undefined {
    const rows = this.#sessionsWhere("uid = ?", uid);
    this.#database.run("DELETE FROM artifact WHERE model = 'Session' AND uid = ?", uid);
    this.upsert("EndedSession", uid, {}, endRememberedSeconds);
    const [session] = rows;
    const authorizations = Object.assign({}, ...rows.map((row) => row.authorizations));
    return session && { ...session, authorizations };
  }

  /** Revokes the grants of a session, except those with offline_access, which outlive it (BCL 2.7). */
  revokeGrants(authorizations: AdapterPayload["authorizations"]): void {
    for (const { grantId, persistsLogout } of Object.values(authorizations ?? {})) {
      if (grantId && !persistsLogout) this.#revokeGrant(grantId);
    }
  }

  /** Removes what has expired, except sessions of users: only their end removes them, which notifies their clients. */
  async sweepExpired(): Promise<void> {
    const sql = `DELETE FROM artifact WHERE (model, id) IN (
      SELECT model, id FROM artifact INDEXED BY artifact_expiry
      WHERE expires_at <= ? AND NOT (model = 'Session' AND payload ->> 'accountId' IS NOT NULL) LIMIT ?)`;
    await inChunks(this.#database, (most) => this.#database.run(sql, seconds(), most), this.#closed.signal);
  }

  /** The scopes this user has allowed this client. */
  consentedScopes(accountId: string, clientId: string): string[] {
    const row = this.#database.get(
      "SELECT scopes FROM consent WHERE account_id = ? AND client_id = ?",
      accountId,
      clientId,
    );
    return typeof row?.scopes === "string" ? row.scopes.split(" ") : [];
  }

  rememberConsent(accountId: string, clientId: string, scopes: Iterable<string>): void {
    const all = new Set([...this.consentedScopes(accountId, clientId), ...scopes]);
    this.#database.run(
      "INSERT OR REPLACE INTO consent VALUES (?, ?, ?)",
      accountId,
      clientId,
      [...all].join(" "),
    );
  }

  forgetConsents(clientId: string): void {
    this.#database.run("DELETE FROM consent WHERE client_id = ?", clientId);
  }

  secret(name: string): string | undefined {
    const value = this.#database.get("SELECT value FROM secret WHERE name = ?", name)?.value;
    return typeof value === "string" ? value : undefined;
  }

  setSecret(name: string, value: string): void {
    const sql = "INSERT OR REPLACE INTO secret VALUES (?, ?)";
    this.#database.durably(() => this.#database.run(sql, name, value));
  }

  /** Two concurrent requests of one browser may each add their client to the session; the library writes the whole
   * session, so the later write would drop the other's client, which would then miss the logout. If they sign in two
   * users, the later write would drop the first user with all clients. */
  #withEveryParticipant(payload: AdapterPayload): AdapterPayload {
    const { uid = "", accountId } = payload;
    const stored = this.#sessionsWhere("uid = ?", uid);
    const isAnothers = stored.some((session) => session.accountId !== accountId);
    if (isAnothers || this.find("EndedSession", uid)) throw new SessionEnded();
    if (stored.length === 0) return payload;
    const each = [...stored, payload].map(({ authorizations }) => authorizations);
    return { ...payload, authorizations: Object.assign({}, ...each) };
  }

  /** With a client go its tokens, codes, grants and logout tokens (RFC 7592 2.3): the next client of that name is another
   * one. All of that or nothing, whatever happens to this process meanwhile. */
  #destroyClient(id: string): void {
    const inSessions = `$.authorizations."${id}"`;
    const removeFromSessions =
      "UPDATE artifact SET payload = json_remove(payload, ?) WHERE model = 'Session'";
    this.#database.durably(() => {
      this.#database.run("DELETE FROM artifact WHERE payload ->> 'clientId' = ?", id);
      this.#database.run(removeFromSessions, inSessions);
      this.deliveries.abandon(id, "not sent: the app was deleted");
      this.#database.run("DELETE FROM artifact WHERE model = 'Client' AND id = ?", id);
    });
  }

  #addDeliveries(session: StoredSession): Delivery[] {
    const { accountId } = session;
    const endedAt = new Date();
    return participantsOf(session).flatMap(({ clientId, sid }) => {
      const uri = this.find("Client", clientId)?.backchannel_logout_uri;
      if (typeof uri !== "string") return [];
      return [this.deliveries.add({ clientId, accountId, sid, endedAt }, uri)];
    });
  }

  /** Deletes a grant with its tokens and codes. */
  #revokeGrant(grantId: string): void {
    this.#database.run(
      "DELETE FROM artifact WHERE grant_id = ? OR (model = 'Grant' AND id = ?)",
      grantId,
      grantId,
    );
  }

  #findByUid(model: string, uid: string): AdapterPayload | undefined {
    return payloadOf(
      this.#database.get("SELECT payload FROM artifact WHERE model = ? AND uid = ?", model, uid),
    );
  }

  #consume(model: string, id: string): void {
    const payload = this.find(model, id);
    if (!payload) return;
    const consumed = JSON.stringify({ ...payload, consumed: seconds() });
    this.#database.run("UPDATE artifact SET payload = ? WHERE model = ? AND id = ?", consumed, model, id);
  }

  #sessionsWhere(condition: string, ...values: (number | string)[]): StoredSession[] {
    return this.#database
      .all(`SELECT payload FROM artifact WHERE model = 'Session' AND ${condition}`, ...values)
      .map(payloadOf)
      .filter((payload): payload is StoredSession => Boolean(payload?.accountId && payload.uid));
  }
}

const newestFirst = (sessions: StoredSession[]): StoredSession[] =>
  sessions.sort((a, b) => (b.loginTs ?? 0) - (a.loginTs ?? 0));

const payloadOf = (row: Row | undefined): AdapterPayload | undefined =>
  typeof row?.payload === "string" ? (JSON.parse(row.payload) as AdapterPayload) : undefined;
