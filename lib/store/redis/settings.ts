/** The values that an app keeps permanently, by name. Each logout token asks for some, so they are read once, and again
 * after any replica has changed them. */
import type { RedisConnection } from "./connection.ts";
import type { KeyOf } from "./keys.ts";
import { saveSetting } from "./scripts.ts";

/** What the replicas' channel calls a change of settings. */
export const settingsChange = "settings";

export class Settings {
  readonly #redis: RedisConnection;
  readonly #prefix: string;
  readonly #key: KeyOf;
  #known = new Map<string, unknown>();

  constructor(redis: RedisConnection, prefix: string, key: KeyOf) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#key = key;
  }

  /** A message about changes may have been lost, or has come. */
  forgetAll(): void {
    this.#known = new Map();
  }

  /** Undefined if it was never saved. */
  async read<T>(name: string): Promise<T | undefined> {
    const known = this.#known;
    if (!known.has(name)) {
      const value = await this.#redis.ask((redis) => redis.get(this.#key("setting", name)));
      // If it has changed meanwhile, `known` is no longer in use.
      known.set(name, value === null ? undefined : JSON.parse(value));
    }
    return known.get(name) as T | undefined;
  }

  save(name: string, value: unknown): Promise<void> {
    return this.#write(name, { value: JSON.stringify(value) });
  }

  /** Stores the value unless one exists. */
  saveOnce(name: string, value: unknown): Promise<void> {
    return this.#write(name, { value: JSON.stringify(value), once: true });
  }

  forget(name: string): Promise<void> {
    return this.#write(name, {});
  }

  async #write(name: string, how: { value?: string; once?: true }): Promise<void> {
    this.forgetAll();
    const args = { name, ...how, changed: settingsChange };
    await this.#redis.run(saveSetting, [this.#prefix, JSON.stringify(args)]);
    this.forgetAll();
  }
}
