/** Another revision of this project, built in a folder of its own beside this one (`--compare`). */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { UsageError } from "#lib/cli/errors.ts";
import { endsWithParent } from "#lib/prepare/parent.mjs";
import { root, runStep } from "#lib/prepare/step.mjs";
import type { Build } from "./row.ts";

/** Checks the revision out as a git worktree, installs its dependencies and builds it. A later run finds it built.
 * @throws {UsageError} if there is no such revision */
export async function buildRevision(revision: string): Promise<Build> {
  const commit = commitOf(revision);
  const folder = path.join(path.dirname(path.resolve(root)), `slo-playground-bench-${commit.slice(0, 12)}`);
  if (!existsSync(folder)) {
    // One that was deleted by hand is still registered.
    git("worktree", "prune");
    git("worktree", "add", "--detach", folder, commit);
  }
  const launcher = path.join(folder, "bin", "slo-playground.mjs");
  await runStep(`Building ${revision} in ${folder}`, {
    file: process.execPath,
    args: [...endsWithParent, launcher, "build"],
  });
  return { name: revision, root: folder };
}

function commitOf(revision: string): string {
  try {
    return git("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`);
  } catch {
    throw new UsageError(`--compare: ${revision} is no revision of this repository; see git log --oneline.`);
  }
}

const git = (...args: string[]): string =>
  execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
