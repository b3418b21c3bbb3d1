/** A command as people start it (npm, its shell, the launcher, the command, and what that starts), and its end. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { connect } from "node:net";
import { it } from "node:test";
import { environment } from "#lib/config/env.ts";
import { isAlive, until } from "./program.ts";

const links = ["npm", "shell", "launcher", "command"] as const;
type Link = (typeof links)[number];

const signals = ["SIGTERM", "SIGKILL"] as const;

/** What to start, and how to know that it runs. */
export interface Wanted {
  /** Of `npm run`. */
  args: readonly string[];
  /** The file that the command runs. */
  script: string;
  ready: RegExp | (() => boolean);
  /** The ports that it listens on. */
  ports?: readonly number[];
  /** What it prints only if it was not ended; for a command that would end by itself. */
  never?: RegExp;
}

/** A test for each link and signal: nothing is left of the command. @param start what to start for one of them */
export function endsWithEachLink(start: () => Promise<Wanted>, chosen: readonly Link[] = links): void {
  for (const link of chosen) endsWith(`its ${link}`, start, ({ pids }) => pids[link]);
}

/** For all commands but one: to the launcher, which is the same for all, the shell's end is the same as npm's. */
export const linksOfCommand: readonly Link[] = ["npm", "launcher", "command"];

/** A test for each signal. @param of the process that gets it */
export function endsWith(name: string, start: () => Promise<Wanted>, of: (chain: NpmChain) => number): void {
  for (const signal of signals)
    it(`ends with ${name}: ${signal}`, async () => {
      const wanted = await start();
      const chain = await npmRun(wanted);
      await chain.endBy(of(chain), signal);
      for (const port of wanted.ports ?? []) assert.ok(!(await answers(port)), `nothing listens on ${port}`);
      if (wanted.never) assert.doesNotMatch(chain.output(), wanted.never);
    });
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true)).once("error", () => resolve(false));
    socket.unref();
  });

interface NpmChain {
  pids: Record<Link, number>;
  output(): string;
  /** The process below npm whose command line contains this. */
  find(part: string): number;
  /** Sends one of them a signal, and waits until none is left. */
  endBy(pid: number, signal: NodeJS.Signals): Promise<void>;
}

const startMs = 120_000;
/** Much longer than it takes: what was not ended goes on for ever, or says so (`never`). */
const endMs = 30_000;

/** `npm run`, once it is ready. */
async function npmRun({ args, script, ready }: Wanted): Promise<NpmChain> {
  const npm = spawn("npm", ["run", ...args], {
    env: {
      ...environment(),
      NO_COLOR: "1",
      FORCE_COLOR: undefined,
      NODE_ENV: "test",
      NODE_TEST_CONTEXT: undefined,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = outputOf(npm);
  const isReady = () => (typeof ready === "function" ? ready() : ready.test(output()));
  await until(
    () => isReady() || npm.exitCode !== null,
    () => `${ready} in:\n${output()}`,
    startMs,
  );
  assert.ok(isReady(), `npm ended before ${ready}:\n${output()}`);
  const pids = linksTo(npm.pid ?? 0, script);
  const all = [pids.npm, ...descendantsOf(pids.npm)];
  return {
    pids,
    output,
    find: (part) => rowBelow(pids.npm, part, ({ args }) => args.includes(part)).pid,
    endBy: async (pid, signal) => {
      process.kill(pid, signal);
      try {
        const what = () => `the end of these processes, after:\n${output()}\n${listed(all.filter(isAlive))}`;
        await until(() => !all.some(isAlive), what, endMs);
      } finally {
        for (const left of all.filter(isAlive)) process.kill(left, "SIGKILL");
      }
    },
  };
}

function outputOf({ stdout, stderr }: ChildProcess): () => string {
  let output = "";
  for (const stream of [stdout, stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  return () => output;
}

interface Row {
  pid: number;
  parent: number;
  args: string;
}

function processTable(): Row[] {
  const table = execFileSync("ps", ["-A", "-ww", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  return [...table.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm)].map(([, pid, parent, args = ""]) => ({
    pid: Number(pid),
    parent: Number(parent),
    args,
  }));
}

const listed = (pids: number[]): string =>
  processTable()
    .filter(({ pid }) => pids.includes(pid))
    .map(({ pid, parent, args }) => `${pid} (child of ${parent}) ${args}`)
    .join("\n");

/** The child processes of a process, and theirs. */
function descendantsOf(pid: number, rows = processTable()): number[] {
  return rows
    .filter(({ parent }) => parent === pid)
    .flatMap((row) => [row.pid, ...descendantsOf(row.pid, rows)]);
}

function rowBelow(npm: number, what: string, isIt: (row: Row) => boolean): Row {
  const rows = processTable();
  const below = descendantsOf(npm, rows);
  const found = rows.find((row) => below.includes(row.pid) && isIt(row));
  if (!found) throw new Error(`no ${what} below ${npm}:\n${listed(below)}`);
  return found;
}

/** Where the shell replaces itself by its last command, shell and launcher are one process. */
function linksTo(npm: number, script: string): Record<Link, number> {
  const shell = rowBelow(npm, "shell", ({ parent }) => parent === npm);
  const command = rowBelow(npm, script, ({ args }) => new RegExp(`^\\S*node\\S* ${script}`).test(args));
  return { npm, shell: shell.pid, launcher: command.parent, command: command.pid };
}
