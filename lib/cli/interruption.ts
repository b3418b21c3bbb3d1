/** What interrupts a command: Ctrl-C, a signal, a closed terminal, or the end of what started it or reads its output.
 * A repeated signal counts once, because the terminal and npm both send it. */
import { constants } from "node:os";
import { whenParentEnds } from "#lib/prepare/parent.mjs";

/** The reason of the signal's `abort`. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly by: NodeJS.Signals;

  constructor(by: NodeJS.Signals) {
    super(`interrupted by ${by}`);
    this.by = by;
  }

  /** As shells report it. */
  get exitCode(): number {
    return 128 + constants.signals[this.by];
  }
}

/** Aborts, with an `Interrupted` as its reason, when this process has to end. */
export function interruption(): AbortSignal {
  const end = new AbortController();
  const by = (signal: NodeJS.Signals) => () => end.abort(new Interrupted(signal));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, by(signal));
  // The channel to the launcher; it may have closed while our modules were loading.
  process.once("disconnect", by("SIGHUP"));
  process.channel?.unref();
  if (process.connected === false) end.abort(new Interrupted("SIGHUP"));
  whenParentEnds(by("SIGHUP"));
  process.stdout.on("error", by("SIGPIPE"));
  process.stderr.on("error", by("SIGPIPE"));
  return end.signal;
}

/** The result of work that an interruption may cut off.
 * @throws {Interrupted} as soon as the signal aborts */
export function unlessInterrupted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const cutOff = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, cutOff]);
}
