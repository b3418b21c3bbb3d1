/** The stages of `npm test`, in the order in which they run. */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { unlessInterrupted } from "#lib/cli/interruption.ts";
import { ensureBuilt } from "#lib/prepare/build.mjs";
import { ensurePackages } from "#lib/prepare/install.mjs";
import { withLock } from "#lib/prepare/lock.mjs";
import { allOf, ensureBrowser, ensureProgram, type Lane, type Say } from "#lib/prepare/system.ts";
import { ensureCompose } from "../compose/lane.ts";
import { ensureGlewlwyd } from "../idps/glewlwyd/glewlwyd.ts";
import { type Counts, readCheckCounts, readNodeCounts, readPlaywrightCounts } from "./counts.ts";
import type { Runner } from "./runner.ts";

export interface Stage {
  name: string;
  /** The stages that need it; it is then no choice of `npm test -- NAME`. */
  forStages?: readonly string[];
  /** Runs only if chosen: it is slow, and its result rarely changes. */
  onDemand?: boolean;
  /** Components that the machine needs. */
  lane?: (say: Say) => Promise<Lane>;
  run: (args: string[], runner: Runner) => Promise<StageOutcome>;
}

export interface StageOutcome {
  ok: boolean;
  counts?: Counts | undefined;
}

/** A test that takes longer hangs, unless it has a limit of its own. */
const hungMs = 180_000;
/** The image's steps install the dependencies twice and build once. */
const imageMs = 600_000;
/** A hundred faults, some seconds each. */
const faultsMs = 1_800_000;
const redisTests = ["lib/**/*.redis-test.ts", "e2e/*/**/*.redis-test.ts"];
const unitTests = ["bin/**/*.test.ts", "bench/**/*.test.ts", "lib/**/*.test.ts", "e2e/*/**/*.test.ts"];

const lint: Stage = {
  name: "lint",
  run: async (args, { node }) => {
    // In CI logs it would colour each letter separately.
    const colours = process.stdout.isTTY ? [] : ["--colors=off"];
    return { ok: await node(["node_modules/@biomejs/biome/bin/biome", "ci", ...colours, ...args]) };
  },
};

const types: Stage = {
  name: "types",
  run: async (args, { node }) => {
    // `next dev` leaves types of routes that no longer exist.
    rmSync(".next/dev/types", { recursive: true, force: true });
    const generated = await node(["node_modules/next/dist/bin/next", "typegen"]);
    return { ok: generated && (await node(["node_modules/typescript/bin/tsc", ...args])) };
  },
};

/** Contract tests start Relying Parties too. */
const build: Stage = {
  name: "build",
  forStages: ["unit", "e2e", "embedded-check", "glewlwyd", "glewlwyd-check", "redis", "disk", "replicas"],
  run: async (_args, { signal }) => {
    await unlessInterrupted(signal, withLock(ensureBuilt));
    return { ok: true };
  },
};

const unit: Stage = {
  name: "unit",
  run: (args, runner) => nodeTests(unitTests, args, runner),
};

/** The session store on a real Redis, and the apps with it. */
const redis: Stage = {
  name: "redis",
  lane: (say) => ensureProgram("redis-server", say),
  run: (args, runner) => nodeTests(redisTests, args, runner),
};

/** The SQLite stores and the processes with them on a disk that fails. */
const disk: Stage = {
  name: "disk",
  lane: (say) =>
    allOf([() => ensureProgram("prlimit", say, "util-linux"), () => ensureProgram("strace", say)]),
  run: (args, runner) => nodeTests(["e2e/disk/*.disk-test.ts"], args, runner),
};

const e2e: Stage = {
  name: "e2e",
  lane: ensureBrowser,
  run: async (args, runner) => {
    const install = () => ensurePackages(path.resolve("e2e/support/sdk-apps"), "SDKs of others");
    await unlessInterrupted(runner.signal, withLock(install));
    return playwright("e2e/playwright.config.ts", args, runner);
  },
};

/** `npm run check` as a program. */
const check: Stage = {
  name: "check",
  lane: ensureBrowser,
  run: (args, runner) => nodeTests(["lib/check/*.spec.ts", "lib/check/run/*.spec.ts"], args, runner),
};

/** The whole regression suite at the healthy embedded OP, in both cookie modes: not even a warning. */
const embeddedCheck: Stage = {
  name: "embedded-check",
  lane: ensureBrowser,
  run: async (args, { node }) => {
    const report = scratch();
    const ok = await node(["lib/check/main.ts", "--report", report, ...args]);
    const counts = readCheckCounts(path.join(report, "report.json"), ["fail", "warn"]);
    return outcome(ok && counts?.failed === 0, counts);
  },
};

/** The embedded OP, broken on purpose: each fault is found by its check. */
const faults: Stage = {
  name: "faults",
  lane: ensureBrowser,
  run: (args, runner) => nodeTests(["lib/check/faults/faults.spec.ts"], args, runner, faultsMs),
};

const lesserFaults: Stage = {
  name: "lesser-faults",
  onDemand: true,
  lane: ensureBrowser,
  run: (args, runner) => nodeTests(["lib/check/faults/lesser-faults.spec.ts"], args, runner, faultsMs),
};

const glewlwydLane = (say: Say): Promise<Lane> =>
  allOf([() => ensureBrowser(say), () => ensureGlewlwyd(say)]);

/** An OpenID Provider of another project. */
const glewlwyd: Stage = {
  name: "glewlwyd",
  lane: glewlwydLane,
  run: (args, runner) => playwright("e2e/glewlwyd.config.ts", args, runner),
};

/** The regression suite against it, with its known results. */
const glewlwydCheck: Stage = {
  name: "glewlwyd-check",
  lane: glewlwydLane,
  run: async (args, { node }) => {
    const report = scratch();
    // The most severe checks, except those of dozens of variants (Glewlwyd gets one request at a time) and those that wait
    // long for logout tokens that never come. All of them:
    // `npm test -- glewlwyd-check --severity C,H,M,L,I`.
    const usual = ["--severity", "C,H", "--skip", "R-10,R-15,R-16,R-17,R-19,B-30,I-09"];
    const flags = args.length > 0 ? args : usual;
    const ok = await node(["e2e/idps/glewlwyd/check.ts", ...flags, "--report", report]);
    return outcome(ok, readCheckCounts(path.join(report, "report.json")));
  },
};

/** docker-compose.yml and the Dockerfile, as far as they can be tested without containers. */
const compose: Stage = {
  name: "compose",
  lane: ensureCompose,
  run: (args, runner) => nodeTests(["e2e/compose/*.spec.ts"], args, runner, imageMs),
};

/** Two replicas of each app behind a proxy. */
const replicas: Stage = {
  name: "replicas",
  lane: (say) =>
    allOf([
      () => ensureBrowser(say),
      () => ensureProgram("redis-server", say),
      () => ensureProgram("caddy", say),
    ]),
  run: (args, runner) => playwright("e2e/replicas.config.ts", args, runner),
};

async function nodeTests(
  files: string[],
  args: string[],
  { node }: Runner,
  timeout = hungMs,
): Promise<StageOutcome> {
  const file = path.join(scratch(), "node.json");
  const ok = await node([
    "--test",
    // Most tests wait for processes that they start.
    `--test-concurrency=${2 * os.availableParallelism()}`,
    `--test-timeout=${timeout}`,
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=./e2e/stages/count-reporter.mjs",
    `--test-reporter-destination=${file}`,
    ...args,
    ...files,
  ]);
  return outcome(ok, readNodeCounts(file));
}

async function playwright(config: string, args: string[], { node }: Runner): Promise<StageOutcome> {
  const file = path.join(scratch(), "playwright.json");
  const reporters = `--reporter=${process.env.CI ? "line" : "list"},json`;
  const cli = ["node_modules/@playwright/test/cli.js", "test", "-c", config, reporters];
  const ok = await node([...cli, ...args], { PLAYWRIGHT_JSON_OUTPUT_FILE: file });
  return outcome(ok, readPlaywrightCounts(file));
}

export const stages: readonly Stage[] = [
  lint,
  types,
  build,
  unit,
  redis,
  disk,
  e2e,
  check,
  embeddedCheck,
  faults,
  lesserFaults,
  replicas,
  glewlwyd,
  glewlwydCheck,
  compose,
];

/** A runner that reports no tests, or ran none, has not passed. */
const outcome = (ok: boolean, counts: Counts | undefined): StageOutcome => ({
  ok: ok && counts !== undefined && counts.passed > 0,
  counts,
});

function scratch(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "slo-playground-test-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
