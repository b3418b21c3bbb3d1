/** A database on node:sqlite that is never waited for: what cannot be done at once fails with a `DatabaseFault`. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { DatabaseFault, faultOf } from "./fault.ts";
import { type Moved, openDatabase } from "./open.ts";
import { type FileIdentity, identityOf, isInPlace } from "./stored-file.ts";

export type Row = Record<string, string | number | null>;

/** Longest wait for another program's lock, in milliseconds: SQLite waits synchronously, so the whole process does. */
const patienceMs = 50;

export interface DatabaseOptions {
  /** The error to throw for a fault; default: the fault itself. */
  errorOf?: ((fault: DatabaseFault) => Error) | undefined;
  /** Moves a file that cannot be used aside, and begins with a new one. */
  replaceBad?: boolean | undefined;
  /** Called if it was moved. */
  onMoved?: ((moved: Moved) => void) | undefined;
  /** Writing fails; called once until it succeeds again. */
  onLost?: ((fault: DatabaseFault) => void) | undefined;
  onRestored?: (() => void) | undefined;
}

/** Work that waits for the next group commit. */
interface Waiting {
  run: () => unknown;
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
}

export class Database {
  readonly #db: DatabaseSync;
  readonly #options: DatabaseOptions;
  readonly #statements = new Map<string, StatementSync>();
  /** Undefined in memory. */
  readonly #file: FileIdentity | undefined;
  #lost = false;
  #waiting: Waiting[] = [];

  /** @param folder for the file, created if it is missing; `:memory:` keeps nothing
   *  @throws {DatabaseFault} if the file cannot be used */
  constructor(folder: string, fileName: string, schema: string, options: DatabaseOptions = {}) {
    const { db, file, moved } = openDatabase(folder, fileName, schema, options.replaceBad ?? false);
    this.#db = db;
    this.#options = options;
    this.#file = file === undefined ? undefined : identityOf(file);
    // fullfsync: macOS otherwise confirms a sync before its disk has written.
    db.exec(`PRAGMA synchronous = NORMAL; PRAGMA fullfsync = ON; PRAGMA busy_timeout = ${patienceMs}`);
    if (moved) options.onMoved?.(moved);
  }

  /** @returns the number of changed rows */
  run(sql: string, ...values: SQLInputValue[]): number {
    return this.#write(() => Number(this.#statement(sql).run(...values).changes));
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#ask(() => this.#statement(sql).get(...values) as Row | undefined);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#ask(() => this.#statement(sql).all(...values) as Row[]);
  }

  /** Runs `work` as one transaction; inside another one, as a part of it. */
  atomically<T>(work: () => T): T {
    return this.#write(() => this.#transact(work));
  }

  /** Like `atomically`, and on disk before this returns: not even a power failure undoes it, nor anything before it. Other
   * changes survive the end of this process, but a power failure may undo the last of them. */
  durably<T>(work: () => T): T {
    if (this.#db.isTransaction) return work();
    return this.#write(() => {
      this.#db.exec("PRAGMA synchronous = FULL");
      try {
        return this.#transact(work);
      } finally {
        this.#db.exec("PRAGMA synchronous = NORMAL");
      }
    });
  }

  /** Like `durably`, in one transaction with all work that arrives in the same turn of the event loop: they share one
   * wait for the disk (group commit). Each resolves after that.
   * @throws {DatabaseFault} */
  together<T>(run: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (this.#waiting.push({ run, resolve, reject }) === 1) setImmediate(() => this.#commitWaiting());
    return promise;
  }

  close(): void {
    this.#commitWaiting();
    this.#db.close();
  }

  #commitWaiting(): void {
    const group = this.#waiting;
    this.#waiting = [];
    if (group.length > 0 && !this.#commit(group)) for (const each of group) this.#commit([each]);
  }

  /** @returns false if several failed together: one of them may have spoilt it for the others */
  #commit(group: readonly Waiting[]): boolean {
    try {
      const results = this.durably(() => group.map(({ run }) => run()));
      for (const [n, { resolve }] of group.entries()) resolve(results[n] as never);
    } catch (error) {
      if (group.length > 1) return false;
      for (const { reject } of group) reject(error);
    }
    return true;
  }

  #transact<T>(work: () => T): T {
    if (this.#db.isTransaction) return work();
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** SQLite itself rolls back after some errors. The reason must not be lost behind a second one. */
  #rollBack(): void {
    if (!this.#db.isTransaction) return;
    try {
      this.#db.exec("ROLLBACK");
    } catch {
      // what made it necessary is thrown
    }
  }

  /** A write succeeds only if the database works again, whatever was wrong with it. */
  #write<T>(work: () => T): T {
    if (this.#db.isTransaction) return work();
    const result = this.#ask(work);
    if (this.#lost) this.#restored();
    return result;
  }

  /** @throws {DatabaseFault} */
  #ask<T>(work: () => T): T {
    try {
      if (this.#file && !this.#db.isTransaction && !isInPlace(this.#file))
        throw new DatabaseFault("gone", this.#file.path);
      return work();
    } catch (error) {
      const fault = faultOf(error, this.#file?.path ?? ":memory:");
      if (!fault) throw error;
      this.#tellLost(fault);
      throw this.#options.errorOf?.(fault) ?? fault;
    }
  }

  /** Until a write succeeds, the others do not wait for a lock: one wait is enough to know. */
  #tellLost(fault: DatabaseFault): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#db.exec("PRAGMA busy_timeout = 0");
    this.#options.onLost?.(fault);
  }

  #restored(): void {
    this.#lost = false;
    this.#db.exec(`PRAGMA busy_timeout = ${patienceMs}`);
    this.#options.onRestored?.();
  }

  /** Compiling a statement costs more than running it. */
  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}
