/** `npm run bench` runs all; `npm run bench -- stores 1000,10000`, `verification` or `browser` one part.
 * Compare only figures of the same run: they depend on the machine and its load. */
import os from "node:os";
import { type Interrupted, interruption } from "#lib/cli/interruption.ts";
import { benchBrowser } from "./browser.ts";
import { benchStores } from "./stores.ts";
import { benchVerification } from "./verification.ts";

const sections: Record<string, (sizes: number[]) => Promise<void>> = {
  stores: benchStores,
  verification: benchVerification,
  browser: benchBrowser,
};

const [chosen, sizes = "1000,10000,100000"] = process.argv.slice(2);
const names = Object.keys(sections).filter((name) => chosen === undefined || name === chosen);
if (names.length === 0) {
  process.stderr.write(`Usage: npm run bench -- [${Object.keys(sections).join("|")}] [sessions,sessions…]\n`);
  process.exit(2);
}
const signal = interruption();
signal.addEventListener("abort", () => process.exit((signal.reason as Interrupted).exitCode));
const [cpu] = os.cpus();
const gib = (os.totalmem() / 2 ** 30).toFixed(0);
process.stdout.write(
  `${os.availableParallelism()} cores (${cpu?.model.trim()}), ${gib} GiB, Node ${process.version}; load before: ${os.loadavg()[0]?.toFixed(1)}\n`,
);
for (const name of names) await sections[name]?.(sizes.split(",").map(Number));
process.exit(0);
