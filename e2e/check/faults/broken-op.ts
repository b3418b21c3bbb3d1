/** Embedded OPs in this process, healthy or broken, that start fast: they share their keys and their certificate. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog } from "#lib/log.ts";
import { type RunningOp, startOp } from "#lib/op/server.ts";
import { CERTIFICATE_FILE } from "#lib/op/tls.ts";

export interface OpMaker {
  /** On https and a free port, as `npm run check` has it. */
  start(...faults: string[]): Promise<RunningOp>;
  /** Removes everything; the OPs must have been closed. */
  clear(): void;
}

/** Makes keys and a certificate, which this process trusts from then on. */
export async function createOpMaker(): Promise<OpMaker> {
  const root = mkdtempSync(join(tmpdir(), "check-faults-"));
  const model = join(root, "model");
  const first = await startIn(model, []);
  await first.close();
  const certificate = readFileSync(join(model, CERTIFICATE_FILE), "utf8");
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), certificate]);
  let started = 0;
  return {
    start: (...faults) => {
      started += 1;
      const folder = join(root, String(started));
      cpSync(model, folder, { recursive: true });
      return startIn(folder, faults);
    },
    clear: () => rmSync(root, { recursive: true, force: true }),
  };
}

function startIn(folder: string, faults: string[]): Promise<RunningOp> {
  const config = parseOpConfig({
    OP_PORT: "0",
    OP_HTTPS: "true",
    OP_DATA_DIR: folder,
    OP_FAULTS: faults.join(","),
    LOG_FORMAT: "json",
    LOG_LEVEL: "silent",
  });
  return startOp(config, createLog({ name: "op", ...config }));
}
