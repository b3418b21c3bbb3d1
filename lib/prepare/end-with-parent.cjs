// Preloaded (--require, because `node --test` passes --import on without running it) into tools that have no channel to
// us, and by them into their own processes.
const os = require("node:os");
const { isMainThread } = require("node:worker_threads");

if (isMainThread) {
  // Test runners clean up on this one.
  void import("./parent.mjs").then(({ whenParentEnds }) =>
    whenParentEnds(() => process.kill(process.pid, "SIGINT")),
  );
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      // With `exit` handlers, which end what a test has started.
      if (process.listenerCount(signal) === 1) process.exit(128 + os.constants.signals[signal]);
    });
  }
}
