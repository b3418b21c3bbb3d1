/** The connection to Redis or Valkey: every call has a time limit, and a lost connection is restored. */
import { createClient } from "@redis/client";
import { storeUnavailable } from "./fault.ts";
import type { Script } from "./scripts.ts";

/** Longest wait for an answer, in milliseconds. */
export const answerMs = 1500;

/** How often an idle connection is used, to detect one whose other end vanished silently. */
const heartbeatMs = 5000;

interface ConnectionEvents {
  /** A message on the channel. */
  onMessage: (message: string) => void;
  /** Connected and subscribed, for the first time or again: messages may have been missed. */
  onConnected: () => void;
  /** The connection is lost; called once until it is restored. */
  onLost: (error: Error) => void;
}

const clientFor = (url: string) =>
  createClient({
    url,
    // `inTime` limits the wait: the client's own timeout ends as soon as a command is written.
    commandOptions: { timeout: 0 },
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    socket: {
      connectTimeout: answerMs,
      socketTimeout: 2 * heartbeatMs,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1000),
    },
  });

type Client = ReturnType<typeof clientFor>;

export class RedisConnection {
  readonly #url: string;
  readonly #channel: string;
  readonly #events: ConnectionEvents;
  readonly #heartbeat: NodeJS.Timeout;
  #client: Client;
  #lost = false;
  /** Settles with the first attempt to connect; earlier calls wait for it. */
  readonly #firstAttempt: Promise<void>;

  /** Connects in the background and never gives up.
   * @param channel to subscribe to */
  constructor(url: string, channel: string, events: ConnectionEvents) {
    this.#url = url;
    this.#channel = channel;
    this.#events = events;
    this.#client = clientFor(this.#url);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#client.once("ready", resolve).once("error", () => resolve());
    setTimeout(resolve, answerMs).unref();
    this.#firstAttempt = promise;
    this.#open(this.#client);
    this.#heartbeat = setInterval(
      () => void this.ask((client) => client.ping()).catch(() => {}),
      heartbeatMs,
    );
    this.#heartbeat.unref();
  }

  /** Sends commands to Redis, once: what is lost on the way is not sent again.
   * @throws {ProtocolError} `store_unavailable`, within `answerMs` */
  async ask<T>(work: (client: Client) => Promise<T>): Promise<T> {
    await this.#firstAttempt;
    const client = this.#client;
    try {
      return await inTime(work(client));
    } catch (error) {
      // No other call must wait this long: until there is a new connection, all fail at once.
      if (error instanceof NoAnswer) this.#replace(client, error);
      throw storeUnavailable(error);
    }
  }

  /** Runs a script by its hash, which Redis forgets when it restarts. */
  run(script: Script, args: string[]): Promise<unknown> {
    return this.ask(async (client) => {
      try {
        return await client.evalSha(script.sha, { arguments: args });
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
        return client.eval(script.source, { arguments: args });
      }
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    const client = this.#client;
    if (client.isReady) await client.close();
    else if (client.isOpen) client.destroy();
  }

  #open(client: Client): void {
    client.on("ready", () => void this.#listen(client));
    client.on("error", (error: Error) => this.#tellLost(client, error));
    client.connect().catch(() => {}); // reported by "error"
  }

  async #listen(client: Client): Promise<void> {
    try {
      // One connection for commands and messages (RESP3), so that they arrive in the order of the changes.
      await client.subscribe(this.#channel, this.#events.onMessage);
    } catch (error) {
      return this.#tellLost(client, error as Error);
    }
    this.#lost = false;
    this.#events.onConnected();
  }

  #replace(client: Client, why: Error): void {
    if (client !== this.#client) return;
    this.#tellLost(client, why);
    this.#client = clientFor(this.#url);
    this.#open(this.#client);
    client.destroy();
  }

  #tellLost(client: Client, error: Error): void {
    if (client !== this.#client || this.#lost) return;
    this.#lost = true;
    this.#events.onLost(error);
  }
}

class NoAnswer extends Error {
  override readonly name = "NoAnswer";

  constructor() {
    super(`no answer within ${answerMs} ms`);
  }
}

/** @throws {NoAnswer} */
function inTime<T>(answer: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => {
    // This process may have been busy: read first what has arrived in the meantime.
    setImmediate(() => setImmediate(() => reject(new NoAnswer())));
  }, answerMs);
  answer.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}
