/** Which sessions live, as DESIGN says it in a few lines over plain lists: what any store must agree with, whatever is
 * asked of it in whatever order. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { EndedSession, Login, ReceivedLogout, SessionEnd } from "#lib/rp/model.ts";
import { lifetime, type Store } from "#lib/rp/store.ts";
import { logoutOf, receive, sessionOf } from "./stored.ts";

interface Logins {
  sessionId: string;
  login: Login | undefined;
  expiresAt: number;
}

/** The latest logout of one `sid` or `sub`, as far as logins in progress need to know it. */
interface Remembered {
  of: string;
  at: number;
  iat: number;
  until: number;
}

interface Model {
  now: number;
  sessions: Logins[];
  remembered: Remembered[];
  /** With the end of its memory. */
  jtis: Map<string, number>;
}

type Command = fc.AsyncCommand<Model, Store>;

const minute = 60_000;
const some = <Value>(...values: Value[]) => fc.constantFrom(...values);
/** The usual one, so that commands meet; sometimes one that only looks alike. */
const mostly = <Value>(usual: Value, ...others: Value[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: some(...others) });
const issuers = mostly("https://op.example", "https://op.example/", "https://other.example");
const clients = mostly("app", "other");
const sids = mostly("s1", "s2", "S1", "s1 ", "1:s", "漢\u0000", "\ud800", '"\\', "é\r\n");
const subs = mostly("alice", "bob", "s1");
const jtis = some("j1", "j2", "j3", "j4", "j5");
const seconds = (ms: number) => Math.floor(ms / 1000);

/** What a logout says about logins in progress, and what a login must look up: the same names. */
const nameOf = (iss: string, client: string, kind: string, value: string) =>
  JSON.stringify([iss, client, kind, value]);

function namesOfLogout({ iss, sid, sub, clientIds }: ReceivedLogout): string[] {
  const kinds = sid === undefined ? [["sub", sub]] : [["sid", sid], ...(sub ? [["without sid", sub]] : [])];
  return clientIds.flatMap((client) =>
    kinds.map(([kind = "", value = ""]) => nameOf(iss, client, kind, value)),
  );
}

function namesOfLogin({ iss, clientId, sid, sub }: Login): string[] {
  const more =
    sid === undefined ? nameOf(iss, clientId, "without sid", sub) : nameOf(iss, clientId, "sid", sid);
  return [nameOf(iss, clientId, "sub", sub), more];
}

/** Whether a logout came after the request of this login, and the user has not authenticated since. */
const overtaken = ({ remembered }: Model, login: Login, startedAt: number): boolean =>
  remembered.some(
    ({ of, at, iat }) =>
      namesOfLogin(login).includes(of) && at >= startedAt && iat >= (login.claims.auth_time ?? 0),
  );

/** `sid` ends the session that has it; with a `sub` beside it, also those of the user whose ID Token had none; `sub` alone
 * ends all of the user. */
function isMeant({ iss, sid, sub, clientIds }: ReceivedLogout, login: Login | undefined): boolean {
  if (login?.iss !== iss || !clientIds.includes(login.clientId)) return false;
  if (sid === undefined) return login.sub === sub;
  return login.sid === sid || (login.sid === undefined && login.sub === sub);
}

/** Ends these sessions in the model, and compares what the store says. */
function expectEnded(model: Model, meant: Logins[], ended: readonly EndedSession[]): void {
  const expected = meant.map(({ sessionId, login }) => [
    ...[sessionId, login?.sub, login?.sid?.toWellFormed(), login?.since],
  ]);
  const found = ended.map(({ sessionId, sub, sid, since }) => [sessionId, sub, sid?.toWellFormed(), since]);
  assert.deepEqual(found.sort(), expected.sort());
  for (const session of model.sessions) if (meant.includes(session)) session.login = undefined;
}

/** After each command, every session lives exactly as in the model. */
async function compare(model: Model, store: Store): Promise<void> {
  for (const { sessionId, login } of model.sessions) {
    const session = await store.readSession(sessionId, model.now);
    assert.deepEqual([session?.login?.sub, session?.login?.sid], [login?.sub, login?.sid], sessionId);
  }
}

function command(name: string, run: (model: Model, store: Store) => Promise<void>): Command {
  return {
    check: () => true,
    run: async (model, store) => {
      await run(model, store);
      await compare(model, store);
    },
    toString: () => name,
  };
}

const named = (name: string, values: object) => `${name} ${JSON.stringify(values)}`;
const endBy = (by: SessionEnd["by"], { now }: Model): SessionEnd => ({ by, at: now });
const at = <Item>(items: readonly Item[], index: number): Item | undefined => items[index % items.length];

const begins = fc
  .record({
    iss: issuers,
    clientId: clients,
    sub: subs,
    sid: fc.option(sids, { nil: undefined }),
    minutesAgo: some(0, 5, 100, 750),
    authenticated: mostly(undefined, -100, -5, -1, 0),
    lives: mostly(1000, 1, 100),
    tokens: some(1, 200, 900),
    former: fc.option(fc.nat(), { nil: undefined }),
  })
  .map((values) =>
    command(named("begin", values), async (model, store) => {
      const { iss, clientId, sub, sid, minutesAgo, authenticated, lives, tokens, former } = values;
      const expiresAt = model.now + lives * minute;
      const session = sessionOf(sub, sid, { createdAt: model.now, expiresAt });
      const login = session.login as Login;
      Object.assign(login, { iss, clientId, since: model.now });
      login.claims.exp = seconds(model.now + tokens * minute);
      if (authenticated !== undefined) login.claims.auth_time = seconds(model.now + authenticated * minute);
      const startedAt = model.now - minutesAgo * minute;
      const replaced = former === undefined ? undefined : at(model.sessions, former);
      const refused = overtaken(model, login, startedAt);
      const end = await store.beginSession(session, replaced?.sessionId, startedAt);
      assert.equal(end !== undefined, refused, "a login that was overtaken");
      if (refused) return;
      if (replaced) replaced.login = undefined;
      model.sessions.push({ sessionId: session.sessionId, login, expiresAt });
    }),
  );

const logouts = fc
  .record({
    iss: issuers,
    clientIds: mostly(["app"], ["other"], ["app", "other"]),
    named: fc.oneof(
      fc.record({ sid: sids }),
      fc.record({ sub: subs }),
      fc.record({ sid: sids, sub: subs }),
    ) as fc.Arbitrary<{ sid?: string; sub?: string }>,
    jti: jtis,
    secondsAgo: some(0, 59, 60, 300),
  })
  .map((values) =>
    command(named("logout", values), async (model, store) => {
      const { named: meant, iss, clientIds, jti, secondsAgo } = values;
      const iat = seconds(model.now) - secondsAgo;
      const replayableUntil = (iat + 361) * 1000;
      const changes = { iss, clientIds, jti, iat, replayableUntil, end: endBy("back-channel", model) };
      const logout = logoutOf(meant, changes);
      const known = `${iss} ${jti}`;
      const ended = await receive(store, logout, model.now);
      if (model.jtis.has(known)) {
        assert.equal(ended, "replayed");
        return;
      }
      assert.ok(ended !== "replayed", "a new jti");
      model.jtis.set(known, replayableUntil);
      const sessions = model.sessions.filter(({ login }) => isMeant(logout, login));
      remember(model, logout, sessions);
      expectEnded(model, sessions, ended);
    }),
  );

/** For an hour, and for as long as the tokens of the ended sessions live, but no longer than a session. */
function remember(model: Model, logout: ReceivedLogout, ended: Logins[]): void {
  const ends = ended.map(({ login }) =>
    Math.min((login?.claims.exp ?? 0) * 1000, (login?.since ?? 0) + lifetime.session),
  );
  const until = Math.max(model.now + lifetime.ended, ...ends);
  for (const of of namesOfLogout(logout)) {
    const earlier = model.remembered.find((each) => each.of === of);
    if (!earlier) model.remembered.push({ of, at: logout.end.at, iat: logout.iat, until });
    else {
      earlier.at = Math.max(earlier.at, logout.end.at);
      earlier.iat = Math.max(earlier.iat, logout.iat);
      earlier.until = Math.max(earlier.until, until);
    }
  }
}

const frontChannels = fc.record({ iss: issuers, sid: sids }).map(({ iss, sid }) =>
  command(named("front channel", { iss, sid }), async (model, store) => {
    const sessions = model.sessions.filter(({ login }) => login?.iss === iss && login.sid === sid);
    expectEnded(model, sessions, await store.endBySid(iss, sid, endBy("front-channel", model)));
  }),
);

const renewals = fc
  .record({ which: fc.nat(), sid: fc.option(sids, { nil: undefined }), minutesAgo: fc.nat(20) })
  .map((values) =>
    command(named("renew", values), async (model, store) => {
      const session = at(model.sessions, values.which);
      if (!session) return;
      const { sid: _, ...before } = session.login ?? (sessionOf("alice", undefined).login as Login);
      const login: Login = { ...before, ...(values.sid === undefined ? {} : { sid: values.sid }) };
      const startedAt = model.now - values.minutesAgo * minute;
      const refused = overtaken(model, login, startedAt);
      const renewal = await store.renewLogin(session.sessionId, login, startedAt);
      if (refused) assert.ok(typeof renewal === "object", "overtaken by a logout");
      else assert.equal(renewal, session.login ? "renewed" : "no-session");
      if (renewal === "renewed") session.login = login;
    }),
  );

const ends = fc.record({ which: fc.nat(), reset: fc.boolean() }).map((values) =>
  command(named("end", values), async (model, store) => {
    const session = at(model.sessions, values.which);
    if (!session) return;
    if (values.reset) await store.deleteSession(session.sessionId);
    else {
      const ended = await store.endSession(session.sessionId, endBy("local", model));
      assert.equal(ended?.sub, session.login?.sub);
    }
    session.login = undefined;
  }),
);

/** The clock moves, and what has expired is swept. */
const later = some(0, 1, 5, 61, 650).map((minutes) =>
  command(`${minutes} minutes later`, async (model, store) => {
    model.now += minutes * minute;
    await store.sweep(model.now);
    for (const session of model.sessions) if (session.expiresAt <= model.now) session.login = undefined;
    model.remembered = model.remembered.filter(({ until }) => until > model.now);
    for (const [jti, until] of model.jtis) if (until <= model.now) model.jtis.delete(jti);
  }),
);

/** A store of any engine does what the model does.
 * @param open a new, empty store
 * @param moves whether its clock may move: Redis expires keys by its own */
export function agreesWithModel(open: () => Store, moves: boolean): fc.IAsyncProperty<[Iterable<Command>]> {
  const all = [begins, begins, logouts, logouts, frontChannels, renewals, ends, ...(moves ? [later] : [])];
  return fc.asyncProperty(fc.commands(all, { size: "+1", maxCommands: 60 }), async (commands) => {
    const real = open();
    const model = (): Model => ({ now: Date.now(), sessions: [], remembered: [], jtis: new Map() });
    try {
      await fc.asyncModelRun(() => ({ model: model(), real }), commands);
    } finally {
      await real.close();
    }
  });
}
