/** Ctrl-C, a signal, a terminal that closes, a reader of our output or a launcher that is gone. Twice is once. */
export function endOfDemo(): AbortSignal {
  const end = new AbortController();
  const stop = () => end.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  process.once("disconnect", stop);
  process.stdout.on("error", stop);
  process.stderr.on("error", stop);
  return end.signal;
}
