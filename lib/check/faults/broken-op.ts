/** Embedded OPs in this process, healthy or broken, that start fast because they share keys and certificate. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as immediate } from "node:timers/promises";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog } from "#lib/log.ts";
import { trustCertificates } from "#lib/net/certificates.ts";
import { type RunningOp, startOp } from "#lib/op/server.ts";
import { certificateFile } from "#lib/op/tls.ts";
import type { Restart } from "#lib/products/embedded/operations.ts";
import type { EmbeddedOp } from "../run/embedded-op.ts";

export interface MadeOp extends Pick<EmbeddedOp, "issuer" | "restart" | "another"> {
  close(): Promise<void>;
}

export interface OpMaker {
  /** On https and a free port, as with `npm run check`. */
  start(...faults: string[]): Promise<MadeOp>;
  /** Removes all files; the OPs must have been closed. */
  clear(): void;
}

/** Creates keys and a certificate, which this process trusts from then on. */
export async function createOpMaker(): Promise<OpMaker> {
  const root = mkdtempSync(join(tmpdir(), "check-faults-"));
  const model = join(root, "model");
  const first = await startIn(model);
  await first.close();
  trustCertificates([readFileSync(join(model, certificateFile), "utf8")]);
  let started = 0;
  const start = async (...faults: string[]): Promise<MadeOp> => {
    started += 1;
    const folder = join(root, String(started));
    cpSync(model, folder, { recursive: true });
    const env = { OP_FAULTS: faults.join(",") };
    let running = await startIn(folder, env);
    const { issuer, port } = running;
    const restart: Restart = async (more = {}, meanwhile) => {
      await running.close();
      await immediate(); // else the next request uses a connection that is closed but not yet noticed
      meanwhile?.(folder);
      running = await startIn(folder, { ...env, OP_PORT: String(port), ...more });
    };
    const others: MadeOp[] = [];
    const another = async () => {
      const other = await start(...faults);
      others.push(other);
      return other;
    };
    const close = async () => {
      await Promise.all([running, ...others].map((op) => op.close()));
    };
    return { issuer, restart, another, close };
  };
  return { start, clear: () => rmSync(root, { recursive: true, force: true }) };
}

function startIn(folder: string, env: Record<string, string> = {}): Promise<RunningOp> {
  const config = parseOpConfig({
    OP_PORT: "0",
    OP_HTTPS: "true",
    OP_DATA_DIR: folder,
    LOG_FORMAT: "json",
    LOG_LEVEL: "silent",
    ...env,
  });
  return startOp(config, createLog({ name: "op", ...config }));
}
