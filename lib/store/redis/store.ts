/** The store on Redis or Valkey 6.2 or newer, shared by all replicas of an app. Redis expires the keys, so its clock
 * and the replicas' clocks must agree. */
import { EventEmitter } from "node:events";
import type { JWK } from "jose";
import type { LogoutRequest } from "#lib/oidc/logout-request.ts";
import type { Mechanism } from "#lib/oidc/mechanisms.ts";
import type { EventType, LogoutTokenRecord, ProtocolEvent, UnnumberedEvent } from "#lib/rp/events.ts";
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
import { lifetime, limit, type Store } from "#lib/rp/store.ts";
import type { StoreWatch } from "../watch.ts";
import { RedisConnection } from "./connection.ts";
import { appended, eventFrom } from "./events.ts";
import { readableJson } from "./json.ts";
import { channelOf, type KeyOf, keysOf, prefixOf } from "./keys.ts";
import { ReceivedLogouts } from "./received-logouts.ts";
import * as scripts from "./scripts.ts";
import {
  type EndedRow,
  type EndRow,
  endedFrom,
  endFrom,
  type LoginRow,
  loginFields,
  loginFrom,
  overtakable,
  sessionFields,
  sessionFrom,
} from "./session.ts";
import { Settings, settingsChange } from "./settings.ts";

/** Connects in the background: until Redis answers, every call fails.
 * @param url redis:// or rediss://
 * @param app that the store belongs to */
export function openRedisStore(url: string, app: string, watch: StoreWatch = {}): Store {
  return new RedisStore(url, prefixOf(app), watch);
}

class RedisStore implements Store {
  readonly #redis: RedisConnection;
  readonly #prefix: string;
  readonly #key: KeyOf;
  readonly #settings: Settings;
  readonly #logouts: ReceivedLogouts;
  /** Listeners at this replica, by session. */
  readonly #changes = new EventEmitter().setMaxListeners(0);

  constructor(url: string, prefix: string, watch: StoreWatch) {
    this.#prefix = prefix;
    this.#key = keysOf(prefix);
    this.#redis = new RedisConnection(url, channelOf(prefix), {
      onMessage: (changed) => {
        if (changed === settingsChange) this.#settings.forgetAll();
        else this.#changes.emit(changed);
      },
      onConnected: () => {
        this.#logouts.markUnanswered();
        watch.onConnected?.();
        // Messages may have been lost: every listener must look.
        this.#settings.forgetAll();
        for (const sessionId of this.#changes.eventNames()) this.#changes.emit(sessionId);
      },
      onLost: (error) => {
        this.#settings.forgetAll();
        watch.onLost?.(error);
      },
    });
    this.#settings = new Settings(this.#redis, prefix, this.#key);
    this.#logouts = new ReceivedLogouts((script, args) => this.#run(script, args));
  }

  async readSession(sessionId: string): Promise<RpSession | undefined> {
    const hash = await this.#redis.ask((redis) => redis.hGetAll(this.#key("session", sessionId)));
    return sessionFrom(sessionId, hash);
  }

  saveForm(sessionId: string, form: FormState, now: number): Promise<void> {
    return this.#saveVisit(sessionId, "form", form, now);
  }

  saveTokens(sessionId: string, tokens: Tokens, now: number): Promise<void> {
    return this.#saveVisit(sessionId, "tokens", tokens, now);
  }

  async beginSession(
    session: RpSession,
    former: string | undefined,
    startedAt: number,
  ): Promise<SessionEnd | undefined> {
    const { login } = session;
    if (!login) throw new Error("a session begins with a login");
    const overtaken = (await this.#run(scripts.beginSession, {
      ...{ id: session.sessionId, former, startedAt, expires: session.expiresAt, ...overtakable(login) },
      clientUntil: session.expiresAt + lifetime.ended,
      fields: sessionFields(session, login),
      most: limit.sessionsOfUser,
    })) as EndRow | null;
    return overtaken ? endFrom(overtaken) : undefined;
  }

  async renewLogin(sessionId: string, login: Login, startedAt: number): Promise<Renewal> {
    const fields = loginFields(login);
    const renewal = (await this.#run(scripts.renewLogin, {
      ...{ id: sessionId, startedAt, fields, ...overtakable(login) },
    })) as Exclude<Renewal, SessionEnd> | EndRow;
    return typeof renewal === "string" ? renewal : endFrom(renewal);
  }

  async endSession(sessionId: string, end: SessionEnd): Promise<EndedSession | undefined> {
    const [ended] = await this.#end(scripts.endSession, { id: sessionId }, end);
    return ended;
  }

  async saveLogoutOutcome(sessionId: string, outcome: LogoutOutcome): Promise<void> {
    await this.#run(scripts.saveLogoutOutcome, { id: sessionId, outcome: JSON.stringify(outcome) });
  }

  async deleteSession(sessionId: string): Promise<void> {
    await this.#run(scripts.deleteSession, { id: sessionId });
  }

  receiveLogout(
    logout: ReceivedLogout,
    record: LogoutTokenRecord,
    now: number,
  ): Promise<LogoutEffect | "replayed"> {
    return this.#logouts.receive(logout, record, now);
  }

  endBySid(iss: string, sid: string, end: SessionEnd): Promise<EndedSession[]> {
    return this.#end(scripts.endBySid, { iss, sid }, end);
  }

  async readEnd({ iss, clientId, sid }: OpSession): Promise<SessionEnd | undefined> {
    if (sid === undefined) return undefined;
    const ended = this.#key("ended", "sid", iss, clientId, sid);
    const [by, at] = await this.#redis.ask((redis) => redis.hmGet(ended, ["by", "at"]));
    return by && at ? endFrom([by as SessionEnd["by"], at]) : undefined;
  }

  async listLogins(whose: { iss: string; sub?: string | undefined }): Promise<OpSession[]> {
    const most = limit.listedLogins;
    const found = (await this.#run(scripts.listLogins, { ...whose, most })) as LoginRow[];
    return found.map((row) => loginFrom(whose.iss, row));
  }

  async usedClientIds(iss: string, clientIds: readonly string[]): Promise<string[]> {
    const known = await this.#redis.ask((redis) =>
      Promise.all(
        clientIds.map((id) => redis.exists([this.#key("client", iss, id), this.#key("asked", iss, id)])),
      ),
    );
    return clientIds.filter((_, n) => known[n]);
  }

  async claimRefresh(sessionId: string, claimant: string): Promise<boolean> {
    const options = { condition: "NX", expiration: { type: "PX", value: lifetime.refresh } } as const;
    const claim = this.#key("refresh", sessionId);
    return (await this.#redis.ask((redis) => redis.set(claim, claimant, options))) !== null;
  }

  async releaseRefresh(sessionId: string, claimant: string): Promise<void> {
    await this.#run(scripts.releaseRefresh, { id: sessionId, claimant });
  }

  onSessionChange(sessionId: string, listener: () => void): () => void {
    this.#changes.on(sessionId, listener);
    return () => this.#changes.off(sessionId, listener);
  }

  async savePendingLogin(pending: PendingLogin): Promise<void> {
    const { state, issuer: iss, clientId: client, startedAt } = pending;
    const expires = startedAt + lifetime.pendingLogin;
    const data = JSON.stringify(pending);
    await this.#run(scripts.savePendingLogin, {
      ...{ state, iss, client, expires, data, browser: pending.browser },
      ...{ most: limit.pendingLogins, mostOfBrowser: limit.pendingLoginsOfBrowser },
    });
  }

  async readPendingLogin(state: string): Promise<PendingLogin | undefined> {
    const login = this.#key("pending-login", state);
    const [data, taken] = await this.#redis.ask((redis) => redis.hmGet(login, ["data", "taken"]));
    return data && !taken ? (JSON.parse(data) as PendingLogin) : undefined;
  }

  async takePendingLogin(state: string): Promise<PendingLogin | undefined> {
    const data = (await this.#run(scripts.takePendingLogin, { state })) as string | null;
    return data === null ? undefined : (JSON.parse(data) as PendingLogin);
  }

  async forgetPendingLogin(state: string): Promise<void> {
    await this.#run(scripts.forgetPendingLoginOf, { state });
  }

  async savePendingLogout(pending: PendingLogout | WaitingLogout): Promise<void> {
    const { state, sessionId: session } = pending;
    await this.#run(scripts.savePendingLogout, {
      ...{ state, session, lifetime: lifetime.pendingLogout },
      ...("request" in pending ? { request: JSON.stringify(pending.request) } : {}),
      ...{ most: limit.pendingLogouts, mostOfSession: limit.pendingLogoutsOfSession },
    });
  }

  async takeLogoutRequest(sessionId: string): Promise<LogoutRequest | undefined> {
    const request = await this.#redis.ask((redis) => redis.getDel(this.#key("logout-request", sessionId)));
    return request === null ? undefined : (JSON.parse(request) as LogoutRequest);
  }

  async takePendingLogout({ state, sessionId }: PendingLogout): Promise<boolean> {
    const key = this.#key("pending-logout", sessionId, state);
    return (await this.#redis.ask((redis) => redis.del(key))) > 0;
  }

  async appendEvents(events: readonly UnnumberedEvent[]): Promise<void> {
    await this.#run(scripts.appendEvents, { events: events.map(appended) });
  }

  async listEvents<Type extends EventType>(type: Type, most: number): Promise<ProtocolEvent<Type>[]> {
    const entries = await this.#redis.ask((redis) => redis.lRange(this.#key("events", type), 0, most - 1));
    return entries.map((entry) => eventFrom<Type>(entry));
  }

  readMechanisms(): Promise<Mechanism[] | undefined> {
    return this.#settings.read("mechanisms");
  }

  saveMechanisms(chosen: readonly Mechanism[]): Promise<void> {
    return this.#settings.save("mechanisms", chosen);
  }

  readKeys(): Promise<JWK[] | undefined> {
    return this.#settings.read("keys");
  }

  async keepKeys(keys: readonly JWK[]): Promise<JWK[]> {
    await this.#settings.saveOnce("keys", keys);
    return (await this.readKeys()) ?? [];
  }

  readRegisteredClient(issuer: string): Promise<RegisteredClient | undefined> {
    return this.#settings.read(`registered client ${issuer}`);
  }

  saveRegisteredClient(client: RegisteredClient): Promise<void> {
    return this.#settings.save(`registered client ${client.issuer}`, client);
  }

  forgetRegisteredClient(issuer: string): Promise<void> {
    return this.#settings.forget(`registered client ${issuer}`);
  }

  assertWritable(now: number): Promise<void> {
    return this.#redis.ask((redis) => redis.set(this.#key("setting", "written"), String(now))).then(() => {});
  }

  /** Nothing to do: every key except the settings expires. */
  async sweep(): Promise<void> {}

  close(): Promise<void> {
    return this.#redis.close();
  }

  #run(script: scripts.Script, args: object): Promise<unknown> {
    return this.#redis.run(script, [this.#prefix, readableJson(args)]);
  }

  async #end(script: scripts.Script, which: object, end: SessionEnd): Promise<EndedSession[]> {
    const rows = await this.#run(script, { ...which, ended: JSON.stringify(end) });
    return (rows as EndedRow[]).map(endedFrom);
  }

  async #saveVisit(sessionId: string, field: string, value: FormState | Tokens, now: number): Promise<void> {
    await this.#run(scripts.saveVisit, {
      ...{ id: sessionId, field, value: JSON.stringify(value), now },
      ...{ expires: now + lifetime.visit, most: limit.visits },
    });
  }
}
