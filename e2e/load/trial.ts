/** Logout tokens at 64 connections, until something breaks: then nothing that was answered may be lost. */
import assert from "node:assert/strict";
import { type BadToken, badLogoutTokens } from "../support/bad-logout-tokens.ts";
import type { TestIssuer } from "../support/test-issuer.ts";
import { type Answer, Connections, withEach } from "./connections.ts";
import { type Random, shuffled } from "./random.ts";
import type { User } from "./users.ts";

interface Letter {
  user: User;
  token: string;
  good: boolean;
}

/** What may go wrong during the load. */
export interface Fault {
  /** Happens at a random moment. */
  strike: () => Promise<void>;
  /** The app works again once this resolves. */
  recover: () => Promise<void>;
  /** Whether a token that took effect, but was not answered, may be accepted once more: with Redis. */
  canAcceptAgain?: boolean;
  /** Whether what was answered may be lost, as a whole: by a replica that takes over. */
  canLose?: boolean;
}

/** Letters that are ready when a load begins. Fewer may be sent: a fault comes before the last answer. */
const ready = 160;
/** A fault comes once at most so many of the good ones are answered, and then within so many milliseconds. */
const [latestAnswer, longestDelay] = [30, 4];

export class Trial {
  readonly #issuer: TestIssuer;
  /** URLs of the app, the same one or those of its replicas. */
  readonly #bases: readonly string[];
  readonly #leaving: User[];
  readonly #staying: readonly User[];
  readonly #wrong: readonly BadToken[];
  readonly #random: Random;
  #connections = new Connections();
  #letters: Letter[] = [];
  /** Of good letters: answered 200 before a fault, of these lost; not answered, of these in effect. */
  readonly counts = { faults: 0, answered: 0, lost: 0, unanswered: 0, inEffect: 0 };

  constructor(options: {
    issuer: TestIssuer;
    clientSecret: string;
    bases: readonly string[];
    leaving: readonly User[];
    staying: readonly User[];
    random: Random;
  }) {
    this.#issuer = options.issuer;
    this.#bases = options.bases;
    this.#leaving = [...options.leaving];
    this.#staying = options.staying;
    this.#wrong = Object.values(badLogoutTokens(options.issuer, options.clientSecret));
    this.#random = options.random;
  }

  /** Loads the app until the fault, and checks after the recovery what was answered and what was not.
   * @returns whose logout was answered */
  async run(fault: Fault): Promise<User[]> {
    await this.#write();
    this.#reconnect();
    const { answered, unanswered } = await this.#load(fault);
    await fault.recover();
    this.#reconnect();
    await withEach(answered, (letter) =>
      fault.canLose ? this.#endAgain(letter) : this.#assertHolds(letter),
    );
    await withEach(unanswered, (letter) => this.#complete(letter, fault));
    this.counts.faults++;
    this.counts.answered += answered.length;
    this.counts.unanswered += unanswered.length;
    return answered.map(({ user }) => user);
  }

  /** Sends the last letters without a fault. */
  async end(): Promise<void> {
    this.#reconnect();
    const { answered, unanswered } = await this.#load();
    assert.equal(unanswered.length, 0);
    await withEach(answered, (letter) => this.#assertHolds(letter));
    await withEach(this.#staying, async (user) => assert.equal((await this.#stateOf(user)).user, user.sub));
    this.#connections.close();
  }

  /** The app closes connections that have been idle for five seconds. */
  #reconnect(): void {
    this.#connections.close();
    this.#connections = new Connections();
  }

  /** Fills up the letters: a quarter of them is bad. */
  async #write(): Promise<void> {
    const written = Array.from({ length: ready - this.#letters.length }, async (_, n): Promise<Letter> => {
      const user = n % 4 === 0 ? this.#oneOf(this.#staying) : this.#leaving.pop();
      assert.ok(user, "users are left");
      const who = { sub: user.sub, sid: user.sid };
      return n % 4 === 0
        ? { user, token: await this.#oneOf(this.#wrong)(who), good: false }
        : { user, token: await this.#issuer.sign(this.#issuer.logoutClaims(who)), good: true };
    });
    this.#letters.push(...shuffled(await Promise.all(written), this.#random));
  }

  /** @returns the good letters that were sent; the others wait for the next load */
  async #load(fault?: Fault): Promise<{ answered: Letter[]; unanswered: Letter[] }> {
    const [answered, unanswered]: [Letter[], Letter[]] = [[], []];
    const at = 1 + Math.floor(this.#random() * latestAnswer);
    const delay = this.#random() * longestDelay;
    let struck: Promise<void> | undefined;
    let works = true;
    const { promise: due, resolve: isDue } = Promise.withResolvers<void>();
    const send = async (letter: Letter): Promise<void> => {
      const answer = await this.#post(letter.token);
      if (isFinal(answer)) {
        assert.equal(answer?.status, letter.good ? 200 : 400, answer?.text);
        if (letter.good && answered.length + 1 === at) setTimeout(isDue, delay);
      } else {
        assert.ok(answer === undefined || answer.headers["retry-after"], `${answer?.status} ${answer?.text}`);
        assert.ok(struck, "it answers until it is struck");
        works = false;
      }
      if (letter.good) (isFinal(answer) ? answered : unanswered).push(letter);
    };
    const striking = fault && due.then(() => (struck = fault.strike()));
    const waiting = this.#letters;
    await withEach(
      (function* () {
        while (works && waiting.length > 0) yield waiting.shift() as Letter;
      })(),
      send,
    );
    await striking;
    return { answered, unanswered };
  }

  /** What was answered 200 stays: its session has ended, and its token is a replay. */
  async #assertHolds({ user, token }: Letter): Promise<void> {
    assert.deepEqual(await this.#stateOf(user), { user: null, loggedOutBy: "back-channel" });
    await this.#assertReplay(token);
  }

  /** What a replica has not received is lost as a whole: the session is there, and its token ends it. */
  async #endAgain(letter: Letter): Promise<void> {
    if ((await this.#stateOf(letter.user)).user !== null) {
      this.counts.lost++;
      const again = await this.#post(letter.token);
      assert.equal(again?.status, 200, again?.text);
    }
    await this.#assertHolds(letter);
  }

  /** What was not answered took effect or did not, session and `jti` together. */
  async #complete(letter: Letter, { canAcceptAgain }: Fault): Promise<void> {
    const { user } = await this.#stateOf(letter.user);
    if (user === null) this.counts.inEffect++;
    else if (!canAcceptAgain) return void this.#letters.push(letter); // the next load expects 200
    const retried = await this.#post(letter.token);
    const expected = canAcceptAgain ? [200, 400] : [400];
    assert.ok(expected.includes(retried?.status ?? 0), `${retried?.status} ${retried?.text}`);
    assert.equal((await this.#stateOf(letter.user)).user, null);
  }

  async #assertReplay(token: string): Promise<void> {
    const again = await this.#post(token);
    assert.equal(again?.status, 400, again?.text);
    assert.match(again.text, /received before/);
  }

  async #stateOf({ cookie }: User): Promise<Record<"user" | "loggedOutBy", string | null>> {
    const answer = await this.#connections.get(`${this.#oneOf(this.#bases)}/session`, await cookie());
    assert.equal(answer?.status, 200, answer?.text);
    const { user, loggedOutBy } = JSON.parse(answer.text);
    return { user, loggedOutBy };
  }

  #post(token: string): Promise<Answer | undefined> {
    return this.#connections.postToken(this.#oneOf(this.#bases), token);
  }

  #oneOf<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)] as T;
  }
}

/** An OpenID Provider does not send the token again. */
const isFinal = (answer: Answer | undefined): boolean => [200, 400].includes(answer?.status ?? 0);
