/** The outcome of each delivery of a logout token: kept for the sessions page, and written to the log. */
import type { Log } from "#lib/log.ts";
import { shortSid } from "../session-id.ts";

export interface Delivery {
  at: Date;
  clientId: string;
  uri: string;
  sid: string;
  /** Of the Relying Party's answer; missing if it did not answer. */
  status?: number;
  /** Why the delivery failed; missing if it succeeded. */
  error?: string;
  ms: number;
}

const keptDeliveries = 200;

/** Keeps the newest deliveries in memory, and logs each. */
export class DeliveryLog {
  readonly #log: Log;
  readonly #deliveries: Delivery[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** Newest first. */
  recent(): readonly Delivery[] {
    return this.#deliveries;
  }

  record(delivery: Delivery): void {
    this.#deliveries.unshift(delivery);
    this.#deliveries.splice(keptDeliveries);
    const { clientId, uri, sid, status, error, ms } = delivery;
    const line = `back-channel logout of ${clientId} (sid ${shortSid(sid)}) at ${uri}: ${error ?? status} in ${ms} ms`;
    if (error) this.#log.warn(line);
    else this.#log.info(line);
  }
}
