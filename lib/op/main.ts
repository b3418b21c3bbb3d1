/** Entry point of the OP's process. */
import { ConfigError, environment } from "#lib/config/env.ts";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog } from "#lib/log.ts";
import { foreignText } from "#lib/net/foreign-text.ts";
import { startOp } from "./server.ts";
import { StoreUnavailable } from "./store/store-unavailable.ts";

async function main(): Promise<void> {
  const config = parseOpConfig(environment());
  const log = createLog({ name: "op", ...config });
  const op = await startOp(config, log);
  log.info(`ready at ${op.origin}/ (issuer ${op.issuer})`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void op.close());
}

/** The error in one line that says what to change. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message.replaceAll("\n", "; ");
  if (error instanceof StoreUnavailable) return error.fault.message;
  if (!(error instanceof Error)) return foreignText(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  return code === "EADDRINUSE"
    ? `port ${port} is in use: stop the process that uses it, or set OP_PORT`
    : error.message;
}

await main().catch((error: unknown) => {
  process.stderr.write(`The OpenID Provider cannot start: ${explain(error)}\n`);
  process.exitCode = 1;
});
