/** What became of each logout token: kept as data for the sessions page, and written to the log. */
import type { Log } from "#lib/log.ts";
import { shortSid } from "../open-id-provider.ts";

export interface Delivery {
  at: Date;
  clientId: string;
  uri: string;
  sid: string;
  /** Of the Relying Party's answer; missing when there was none. */
  status?: number;
  /** Why the delivery failed, in words; missing when it was accepted. */
  error?: string;
  ms: number;
}

const KEPT = 200;

export class DeliveryLog {
  readonly #log: Log;
  readonly #deliveries: Delivery[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** The newest first. */
  recent(): readonly Delivery[] {
    return this.#deliveries;
  }

  record(delivery: Delivery): void {
    this.#deliveries.unshift(delivery);
    this.#deliveries.splice(KEPT);
    const { clientId, uri, sid, status, error, ms } = delivery;
    const line = `back-channel logout of ${clientId} (sid ${shortSid(sid)}) at ${uri}: ${error ?? status} in ${ms} ms`;
    if (error) this.#log.warn(line);
    else this.#log.info(line);
  }
}
