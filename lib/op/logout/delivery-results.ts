/** Stores results of deliveries: those that come in together in one transaction. */
import type { Attempt, DeliveryStore, Result } from "../store/delivery-store.ts";

export class DeliveryResults {
  readonly #store: DeliveryStore;
  /** Those of this turn of the event loop, and who waits for their being stored. */
  #batch: { results: Result[]; stored: Promise<void> } | undefined;

  constructor(store: DeliveryStore) {
    this.#store = store;
  }

  /** Resolves once it is stored; rejects if that failed. */
  record(id: number, attempt: Attempt): Promise<void> {
    this.#batch ??= { results: [], stored: this.#storeSoon() };
    this.#batch.results.push({ id, attempt });
    return this.#batch.stored;
  }

  async #storeSoon(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const results = this.#batch?.results ?? [];
    this.#batch = undefined;
    this.#store.record(results);
  }
}
