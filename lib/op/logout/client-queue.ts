/** The deliveries to one client: an app that does not answer holds up no other, and gets one logout token at a time. */
import type { Log } from "#lib/log.ts";
import type { Attempt, Delivery, DeliveryStore } from "../store/delivery-store.ts";

/** Repeated attempts at the same time, at a client that answers. */
const maxParallel = 10;
/** Wait after an attempt whose result could not be stored. */
const afterTroubleMs = 5_000;

/** What the deliveries to all clients share. */
export interface Post {
  store: DeliveryStore;
  log: Log;
  /** Makes an attempt; rejects if its result could not be stored.
   * @param onSent called when the logout token is on its way; the end of the attempt may come without it */
  attempt(delivery: Delivery, onSent: () => void): Promise<Attempt>;
  /** No attempt begins any more. */
  closed: boolean;
}

export class ClientQueue {
  readonly #clientId: string;
  readonly #post: Post;
  /** The attempts in progress, by the delivery's identifier. */
  readonly #underWay = new Map<number, Promise<void>>();
  readonly #onEmpty: () => void;
  #isSilent: boolean;
  #timer: NodeJS.Timeout | undefined;

  /** @param isSilent whether the client is to be treated as one that does not answer, until it does
   *  @param onEmpty called when nothing is pending any more */
  constructor(clientId: string, post: Post, isSilent: boolean, onEmpty: () => void) {
    this.#clientId = clientId;
    this.#post = post;
    this.#isSilent = isSilent;
    this.#onEmpty = onEmpty;
  }

  /** Whether there was no answer to the last attempt. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Starts what is due, and sets the timer for the rest. */
  continue(): void {
    clearTimeout(this.#timer);
    const free = (this.#isSilent ? 1 : maxParallel) - this.#underWay.size;
    if (this.#post.closed || free <= 0) return; // the end of an attempt continues
    const [now, pending] = [Date.now(), this.#pending(free)];
    for (const delivery of pending ?? []) {
      const wait = delivery.nextAt.getTime() - now;
      if (wait <= 0) void this.attempt(delivery);
      else {
        this.#continueIn(wait);
        break;
      }
    }
    if (pending?.length === 0 && this.#underWay.size === 0) this.#onEmpty();
  }

  /** Never rejects. */
  attempt(delivery: Delivery, onSent: () => void = () => undefined): Promise<void> {
    const attempt = this.#attempt(delivery, onSent);
    this.#underWay.set(delivery.id, attempt);
    return attempt;
  }

  /** Ends after the attempts in progress. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all(this.#underWay.values());
  }

  async #attempt(delivery: Delivery, onSent: () => void): Promise<void> {
    const over = () => {
      this.#underWay.delete(delivery.id);
      this.continue();
    };
    try {
      const { status } = await this.#post.attempt(delivery, onSent);
      this.#isSilent = status === undefined;
      over();
    } catch (error) {
      this.#post.log.error({ err: error }, "the result of a delivery could not be stored");
      setTimeout(over, afterTroubleMs).unref();
    }
  }

  #continueIn(ms: number): void {
    this.#timer = setTimeout(() => this.continue(), ms).unref();
  }

  /** Undefined if they cannot be read now. */
  #pending(limit: number): Delivery[] | undefined {
    try {
      return this.#post.store.pendingOf(this.#clientId, limit, this.#underWay.keys());
    } catch (error) {
      this.#post.log.error({ err: error }, "the pending deliveries could not be read");
      this.#continueIn(afterTroubleMs);
      return undefined;
    }
  }
}
