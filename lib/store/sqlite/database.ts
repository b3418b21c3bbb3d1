/** The part of node:sqlite that a store needs. */
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { ProtocolError } from "#lib/oidc/errors.ts";

export type Row = Record<string, string | number | null>;

export class Database {
  readonly #db: DatabaseSync;

  /** @param folder for the file, created if it is missing; `:memory:` keeps nothing */
  constructor(folder: string, fileName: string, schema: string) {
    this.#db = new DatabaseSync(folder === ":memory:" ? folder : privateFile(folder, fileName));
    this.#db.exec(schema);
  }

  /** @returns the number of changed rows */
  run(sql: string, ...values: SQLInputValue[]): number {
    return answered(() => Number(this.#db.prepare(sql).run(...values).changes));
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return answered(() => this.#db.prepare(sql).get(...values) as Row | undefined);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return answered(() => this.#db.prepare(sql).all(...values) as Row[]);
  }

  /** Runs `work` as one transaction. */
  atomically<T>(work: () => T): T {
    answered(() => this.#db.exec("BEGIN IMMEDIATE"));
    try {
      const result = work();
      answered(() => this.#db.exec("COMMIT"));
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }
}

/** A database that is locked, full or gone is not the caller's fault, who may try again.
 * @throws {ProtocolError} `store_unavailable` */
function answered<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new ProtocolError("store_unavailable", "The session store does not answer.", { detail: error });
  }
}

/** It holds tokens, so only the owner may read it. SQLite gives its other files the same mode. */
function privateFile(folder: string, fileName: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, fileName);
  closeSync(openSync(file, "a", 0o600));
  return file;
}
