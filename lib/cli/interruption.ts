/** What interrupts a command: Ctrl-C, a signal, a closed terminal, or a launcher or reader of our output that is gone.
 * A repeated signal counts once, because the terminal and npm both send it. */
import { constants } from "node:os";

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
  process.once("disconnect", by("SIGHUP"));
  process.stdout.on("error", by("SIGPIPE"));
  process.stderr.on("error", by("SIGPIPE"));
  return end.signal;
}
