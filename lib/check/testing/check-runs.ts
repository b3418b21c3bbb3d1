/** `npm run check` as a program, for the tests of a file. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { type Program, runProgram } from "#lib/cli/testing/program.ts";
import type { Report } from "../report/report.ts";

/** Longest wait for a step of a run, in milliseconds: a busy machine starts browsers slowly. */
export const patience = 60_000;

/** A folder for their output and a function to start them; both are cleaned up after the tests of the file. */
export function checkRuns() {
  const folder = mkdtempSync(join(tmpdir(), "check-main-"));
  const programs: Program[] = [];
  after(async () => {
    for (const { child } of programs) child.kill(); // those of failed tests
    await Promise.all(programs.map(({ ended }) => ended));
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    check(...flags: string[]): Program {
      const args = ["lib/check/main.ts", "--browser", "cookies-allowed", "--workers", "1", ...flags];
      const program = runProgram(args);
      programs.push(program);
      return program;
    },
    reportIn: (directory: string): Report =>
      JSON.parse(readFileSync(join(directory, "report.json"), "utf8")) as Report,
  };
}
