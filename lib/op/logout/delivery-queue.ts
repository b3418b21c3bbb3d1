/** Delivers the logout tokens that are stored when a session ends, until each client has answered: also to a client that
 * was down, and also after this process was down. */
import type { Log } from "#lib/log.ts";
import { shortSid } from "../session-id.ts";
import type { Attempt, Delivery, DeliveryStore, Notification } from "../store/delivery-store.ts";
import { type Answer, outcomeOf } from "./delivery-answer.ts";

/** Sends one new logout token. Never throws. */
export type Send = (notification: Notification) => Promise<Answer>;

/** Attempts at the same time; logouts in progress are not limited by it. */
const maxParallel = 10;
/** Wait after an attempt whose result could not be stored. */
const afterTroubleMs = 5_000;

export class DeliveryQueue {
  readonly #store: DeliveryStore;
  readonly #log: Log;
  /** The attempts in progress, by the delivery's identifier. */
  readonly #underWay = new Map<number, Promise<void>>();
  #send: Send | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: DeliveryStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** Resumes what an earlier process left. */
  start(send: Send): void {
    this.#send = send;
    const pending = this.#store.countPending();
    if (pending > 0) this.#log.info(`${pending} logout tokens are still to be delivered`);
    this.#continue();
  }

  /** Stops after the attempts in progress; the next process resumes the rest. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#send = undefined;
    await Promise.all(this.#underWay.values());
  }

  /** Makes the first attempt at these deliveries, all at once, and waits for their answers. If one fails, the others are
   * not affected (BCL 2.5), and it is made again later. */
  async deliver(deliveries: readonly Delivery[]): Promise<void> {
    const send = this.#send;
    if (send) await Promise.all(deliveries.map((delivery) => this.#attempt(delivery, send)));
  }

  /** For the sessions page: the pending ones first, then the newest. */
  recent(): Delivery[] {
    return this.#store.recent();
  }

  countPending(): number {
    return this.#store.countPending();
  }

  /** Logs the result of an attempt. Of those that fail only the first and the last: there may be hundreds. */
  report({ clientId, sid, attempts }: Delivery, { state, uri, status, error, ms, nextAt }: Attempt): void {
    const what = `back-channel logout of ${clientId} (sid ${shortSid(sid)}) at ${uri}`;
    const next = state === "pending" ? `; next attempt at ${nextAt.toISOString()}` : "";
    const line = `${what}: ${error ?? status} in ${ms} ms${next}`;
    if (!error) this.#log.info(line);
    else if (state === "pending" && attempts > 0) this.#log.debug(line);
    else this.#log.warn(line);
  }

  /** Starts what is due, and sets the timer for the rest. */
  #continue(): void {
    clearTimeout(this.#timer);
    const send = this.#send;
    const free = maxParallel - this.#underWay.size;
    if (!send || free <= 0) return; // the end of an attempt continues
    const [now, pending] = [Date.now(), this.#pending(free)];
    for (const delivery of pending.filter(({ nextAt }) => nextAt.getTime() <= now)) {
      void this.#attempt(delivery, send);
    }
    const next = pending.find(({ nextAt }) => nextAt.getTime() > now);
    if (next) this.#timer = setTimeout(() => this.#continue(), next.nextAt.getTime() - now).unref();
  }

  #pending(limit: number): Delivery[] {
    try {
      return this.#store.pending(limit, this.#underWay.keys());
    } catch (error) {
      this.#log.error({ err: error }, "the pending deliveries could not be read");
      setTimeout(() => this.#continue(), afterTroubleMs).unref();
      return [];
    }
  }

  /** Never rejects. */
  #attempt(delivery: Delivery, send: Send): Promise<void> {
    const done = () => {
      this.#underWay.delete(delivery.id);
      this.#continue();
    };
    const attempt = this.#sendOnce(delivery, send).then(done, (error: unknown) => {
      this.#log.error({ err: error }, "the result of a delivery could not be stored");
      setTimeout(done, afterTroubleMs).unref();
    });
    this.#underWay.set(delivery.id, attempt);
    return attempt;
  }

  async #sendOnce(delivery: Delivery, send: Send): Promise<void> {
    const triedAt = new Date();
    const answer = await send(delivery);
    const attempt = attemptOf(delivery, answer, triedAt, Date.now());
    this.#store.record(delivery.id, attempt);
    this.report(delivery, attempt);
  }
}

function attemptOf(delivery: Delivery, answer: Answer, triedAt: Date, now: number): Attempt {
  const { uri = delivery.uri, status, error } = answer;
  const outcome = outcomeOf(answer, { ...delivery, attempts: delivery.attempts + 1 }, now);
  const result = { nextAt: triedAt, ...outcome, uri, triedAt, ms: now - triedAt.getTime() };
  return { ...result, ...(status !== undefined && { status }), ...(error !== undefined && { error }) };
}
