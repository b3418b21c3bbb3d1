/** Every test file belongs to one stage: one that no stage runs would stay green forever. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { PlaywrightTestConfig } from "@playwright/test";
import { stages } from "./stages.ts";

const testFile = /\.(test|spec|redis-test|disk-test)\.[cm]?[jt]sx?$/;

/** What Playwright takes for a test file where the configuration does not say it. */
const playwrightDefault = /\.(test|spec)\.[cm]?[jt]sx?$/;

const inTree = globSync("**/*", {
  exclude: (name) => ["node_modules", ".next", ".git"].includes(path.basename(name)),
})
  .filter((file) => testFile.test(file))
  .sort();

// Every stage removes its scratch folder on exit.
process.setMaxListeners(0);

/** The command lines that a stage runs. */
async function commandsOf({ run }: (typeof stages)[number]): Promise<string[][]> {
  const commands: string[][] = [];
  const node = async (args: string[]) => commands.push(args) === 0;
  await run([], { node, signal: AbortSignal.any([]) });
  return commands;
}

async function filesOf(command: string[]): Promise<string[]> {
  const config = command.indexOf("-c");
  if (config < 0) return command.filter((arg) => testFile.test(arg)).flatMap((pattern) => globSync(pattern));
  const file = path.resolve(command[config + 1] ?? "");
  const loaded = (await import(file)) as { default: PlaywrightTestConfig };
  const folder = path.join(path.dirname(file), loaded.default.testDir ?? ".");
  return globSync("**/*", { cwd: folder })
    .map((name) => path.relative(".", path.join(folder, name)))
    .filter((name) => isRunBy(name, loaded.default));
}

/** By the configuration, or by at least one of its projects. */
function isRunBy(
  file: string,
  { testMatch = playwrightDefault, projects = [{}] }: PlaywrightTestConfig,
): boolean {
  const fits = (pattern: unknown) =>
    [pattern].flat().some((each) => each instanceof RegExp && each.test(file));
  return projects.some((project) => fits(project.testMatch ?? testMatch) && !fits(project.testIgnore));
}

test("every test file is run by exactly one stage", async () => {
  const testing = stages.filter(({ name, forStages }) => !forStages && name !== "lint" && name !== "types");
  const runs = await Promise.all(
    testing.map(async (stage) => {
      const files = await Promise.all((await commandsOf(stage)).map(filesOf));
      return files.flat().map((file) => ({ file, stage: stage.name }));
    }),
  );
  const stagesOf = Map.groupBy(runs.flat(), ({ file }) => file);
  const wrong = inTree
    .map((file) => ({ file, stages: (stagesOf.get(file) ?? []).map(({ stage }) => stage) }))
    .filter(({ stages: found }) => found.length !== 1);
  assert.deepEqual(wrong, []);
  assert.deepEqual(
    [...stagesOf.keys()].filter((file) => !inTree.includes(file)),
    [],
  );
  assert.ok(inTree.length > 150, `${inTree.length} test files were found`);
});
