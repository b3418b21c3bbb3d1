/** Delivers the logout tokens that are stored when a session ends, until each client has answered: also to a client that
 * was down, and also after this process was down. */
import type { Log } from "#lib/log.ts";
import { shortSid } from "../session-id.ts";
import type { Attempt, Delivery, DeliveryStore, Notification } from "../store/delivery-store.ts";
import { ClientQueue, type Post } from "./client-queue.ts";
import { type Answer, outcomeOf } from "./delivery-answer.ts";
import { DeliveryResults } from "./delivery-results.ts";
import { Pace } from "./pace.ts";

/** Sends one new logout token. Never throws.
 * @param onSent called when the first request to the client begins */
export type Send = (notification: Notification, onSent: () => void) => Promise<Answer>;

export class DeliveryQueue {
  /** How long a user waits for the answers once the last logout token is on its way, in milliseconds. A living app has
   * ended its session by then; the others are none of the user's concern. */
  patienceMs = 250;
  readonly #post: Post;
  readonly #clients = new Map<string, ClientQueue>();
  readonly #results: DeliveryResults;
  readonly #pace = new Pace();
  #send: Send | undefined;

  constructor(store: DeliveryStore, log: Log) {
    this.#results = new DeliveryResults(store);
    const attempt = (delivery: Delivery, onSent: () => void) => this.#attempt(delivery, onSent);
    this.#post = { store, log, attempt, closed: true };
  }

  /** Resumes what an earlier process left: of each client one at a time until it answers. */
  start(send: Send): void {
    this.#send = send;
    this.#post.closed = false;
    const pending = this.countPending();
    if (pending > 0) this.#post.log.info(`${pending} logout tokens are still to be delivered`);
    for (const clientId of this.#post.store.clientsWithPending()) this.#client(clientId, true).continue();
  }

  /** Stops after the attempts in progress; the next process resumes the rest. */
  async close(): Promise<void> {
    this.#post.closed = true;
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }

  /** Makes the first attempt at these deliveries, all at once, and waits a little for the answers. If one fails, the
   * others are not affected (BCL 2.5), and it is made again later. A client that did not answer the last time gets it
   * when its turn comes. */
  async deliver(deliveries: readonly Delivery[]): Promise<void> {
    if (this.#post.closed) return;
    const attempts = deliveries.flatMap((delivery) => {
      const client = this.#client(delivery.clientId, false);
      if (client.isSilent) {
        client.continue();
        return [];
      }
      const sent = Promise.withResolvers<void>();
      const answered = client.attempt(delivery, sent.resolve);
      return [{ sent: Promise.race([sent.promise, answered]), answered }];
    });
    await Promise.all(attempts.map(({ sent }) => sent));
    await atMost(this.patienceMs, Promise.all(attempts.map(({ answered }) => answered)));
  }

  /** For the sessions page: the pending ones first, then the newest. */
  recent(): Delivery[] {
    return this.#post.store.recent();
  }

  countPending(): number {
    return this.#post.store.countPending();
  }

  /** Logs the result of an attempt. Of those that fail only the first and the last: there may be hundreds. */
  report({ clientId, sid, attempts }: Delivery, { state, uri, status, error, ms, nextAt }: Attempt): void {
    const what = `back-channel logout of ${clientId} (sid ${shortSid(sid)}) at ${uri}`;
    const next = state === "pending" ? `; next attempt at ${nextAt.toISOString()}` : "";
    const line = `${what}: ${error ?? status} in ${ms} ms${next}`;
    const { log } = this.#post;
    if (!error) log.info(line);
    else if (state === "pending" && attempts > 0) log.debug(line);
    else log.warn(line);
  }

  #client(clientId: string, isSilent: boolean): ClientQueue {
    const known = this.#clients.get(clientId);
    if (known) return known;
    const client = new ClientQueue(clientId, this.#post, isSilent, () => this.#clients.delete(clientId));
    this.#clients.set(clientId, client);
    return client;
  }

  async #attempt(delivery: Delivery, onSent: () => void): Promise<Attempt> {
    await this.#pace.turn();
    if (!this.#send) throw new Error("the deliveries have not been started");
    const triedAt = new Date();
    const answer = await this.#send(delivery, onSent);
    const attempt = attemptOf(delivery, answer, triedAt, Date.now());
    await this.#results.record(delivery.id, attempt);
    this.report(delivery, attempt);
    return attempt;
  }
}

function attemptOf(delivery: Delivery, answer: Answer, triedAt: Date, now: number): Attempt {
  const { uri = delivery.uri, status, error } = answer;
  const outcome = outcomeOf(answer, { ...delivery, attempts: delivery.attempts + 1 }, now);
  const result = { nextAt: triedAt, ...outcome, uri, triedAt, ms: now - triedAt.getTime() };
  return { ...result, ...(status !== undefined && { status }), ...(error !== undefined && { error }) };
}

/** Resolves when `work` has, or after this time. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  if (ms === Number.POSITIVE_INFINITY) return void (await work);
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
