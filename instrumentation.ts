/** Runs once when the server starts. */
export async function register(): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: Next's own switch; the bundler drops this branch for other runtimes
  if (process.env.NEXT_RUNTIME === "nodejs") await import("#lib/next/start.ts");
}
