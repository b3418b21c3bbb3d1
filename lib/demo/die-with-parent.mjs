// Preloaded (--import) into every process of the demo, `next start` included.
import os from "node:os";

/** `next start` waits for open connections, and an event stream never closes on its own. */
const graceMs = 1_000;

// The channel to the parent closes however the parent ends, even by SIGKILL.
process.once("disconnect", () => process.exit());
process.channel?.unref();

for (const signal of /** @type {const} */ (["SIGTERM", "SIGINT"])) {
  process.once(signal, () => {
    const exit = () => process.exit(128 + os.constants.signals[signal]);
    if (process.listenerCount(signal) === 0) exit();
    setTimeout(exit, graceMs).unref();
  });
}
