/** Receives logouts, in one round trip each. */
import type { LogoutTokenRecord } from "#lib/rp/events.ts";
import type { LogoutEffect, ReceivedLogout } from "#lib/rp/model.ts";
import { lifetime, limit } from "#lib/rp/store.ts";
import { logoutAppended } from "./events.ts";
import { markUnanswered, receiveLogout, type Script } from "./scripts.ts";
import { type EndedRow, endedFrom, type LoginRow, loginFrom } from "./session.ts";

type Run = (script: Script, args: object) => Promise<unknown>;

const idOf = ({ iss, jti }: ReceivedLogout): string => JSON.stringify([iss, jti]);

export class ReceivedLogouts {
  readonly #run: Run;
  /** Those whose answer was lost: whether they took place is unknown, so their sender got 503 and may send the token again. */
  #unanswered = new Map<string, ReceivedLogout>();

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
      ...{ again: this.#unanswered.has(idOf(logout)), rememberUntil: now + lifetime.ended },
      ...logoutAppended(record, end),
    });
    if (effect === "replayed") return effect;
    const [ended, others] = effect;
    return { ended: ended.map(endedFrom), others: others.map((row) => loginFrom(iss, row)) };
  }

  /** Makes the unanswered ones known to the other replicas. Call whenever Redis is connected. */
  markUnanswered(): void {
    const live = [...this.#unanswered].filter(([, { replayableUntil }]) => replayableUntil > Date.now());
    this.#unanswered = new Map(live);
    if (live.length === 0) return;
    const logouts = live.map(([, { iss, jti }]) => ({ iss, jti }));
    this.#run(markUnanswered, { logouts }).catch(() => {}); // with the next connection
  }

  async #answer(logout: ReceivedLogout, args: object): Promise<[EndedRow[], LoginRow[]] | "replayed"> {
    try {
      const answer = await this.#run(receiveLogout, args);
      this.#unanswered.delete(idOf(logout));
      return answer as [EndedRow[], LoginRow[]] | "replayed";
    } catch (error) {
      this.#unanswered.set(idOf(logout), logout);
      throw error;
    }
  }
}
