/** Receives logouts, in one round trip each. */
import type { LogoutTokenRecord } from "#lib/rp/events.ts";
import type { LogoutEffect, ReceivedLogout } from "#lib/rp/model.ts";
import { lifetime, limit } from "#lib/rp/store.ts";
import { logoutAppended } from "./events.ts";
import { markUnanswered, receiveLogout, type Script } from "./scripts.ts";
import { type EndedRow, endedFrom, type LoginRow, loginFrom } from "./session.ts";

type Run = (script: Script, args: object) => Promise<unknown>;

export class ReceivedLogouts {
  readonly #run: Run;
  /** Those whose answer was lost: whether they took place is unknown, so their sender got 503 and may send the token again. */
  readonly #unanswered = new Map<string, ReceivedLogout>();

  constructor(run: Run) {
    this.#run = run;
  }

  async receive(
    logout: ReceivedLogout,
    record: LogoutTokenRecord,
    now: number,
  ): Promise<LogoutEffect | "replayed"> {
    const { iss, sid, sub, clientIds, jti, replayableUntil, iat, end } = logout;
    const effect = await this.#answer(logout, {
      ...{ iss, sid, sub, clientIds, jti, replayableUntil, iat },
      ...{ by: end.by, at: end.at, ended: JSON.stringify(end), most: limit.listedLogins },
      rememberUntil: now + lifetime.ended,
      ...logoutAppended(record, end),
    });
    if (effect === "replayed") return effect;
    const [ended, others] = effect;
    return { ended: ended.map(endedFrom), others: others.map((row) => loginFrom(iss, row)) };
  }

  /** Lets the unanswered ones be received once more, by any replica. Call whenever Redis is connected. */
  markUnanswered(): void {
    const lost = [...this.#unanswered.values()].filter(({ replayableUntil }) => replayableUntil > Date.now());
    this.#unanswered.clear();
    if (lost.length === 0) return;
    const logouts = lost.map(({ iss, jti }) => ({ iss, jti }));
    // If this is lost too, the next connection tries again.
    this.#run(markUnanswered, { logouts }).catch(() => {
      for (const logout of lost) this.#note(logout);
    });
  }

  async #answer(logout: ReceivedLogout, args: object): Promise<[EndedRow[], LoginRow[]] | "replayed"> {
    try {
      return (await this.#run(receiveLogout, args)) as [EndedRow[], LoginRow[]] | "replayed";
    } catch (error) {
      this.#note(logout);
      throw error;
    }
  }

  /** Once, however often its token was sent. */
  #note(logout: ReceivedLogout): void {
    this.#unanswered.set(JSON.stringify([logout.iss, logout.jti]), logout);
  }
}
