/** Does what the Dockerfile says, in folders: each stage is one. What cannot be had without a container is left out:
 * the base image's own files, and its root folder (a RUN step must do with paths below its WORKDIR). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

export interface Image {
  /** The folder that is / in the container. */
  root: string;
  workdir: string;
  env: Record<string, string>;
  user: string;
  command: string[];
  healthcheck: string[];
}

interface Stage extends Image {
  name: string;
}

/** Builds the image of the Dockerfile in the current folder.
 * @param scratch empty folder for the stages
 * @returns the last stage */
export async function buildImage(scratch: string): Promise<Image> {
  const building = new Map<string, Promise<Stage>>();
  const finished: Finished = (name) => {
    const stage = building.get(name);
    if (!stage) throw new Error(`the stage ${name} is unknown`);
    return stage;
  };
  for (const [from, ...steps] of stagesOf(instructions(readFileSync("Dockerfile", "utf8")))) {
    const [, base = "", name = "final"] = /^(\S+)(?: AS (\S+))?$/.exec(from?.rest ?? "") ?? [];
    const model = building.get(base);
    building.set(name, buildStage(newStage(name, scratch), model, steps, finished));
  }
  const last = (await Promise.all(building.values())).at(-1);
  if (!last) throw new Error("the Dockerfile is empty");
  return last;
}

/** A stage above, once its steps are done. */
type Finished = (name: string) => Promise<Stage>;

/** All stages begin at once, as BuildKit has it; each waits for those that it names. */
async function buildStage(
  stage: Stage,
  model: Promise<Stage> | undefined,
  steps: Instruction[],
  finished: Finished,
): Promise<Stage> {
  const from = await model;
  if (from) {
    copy(from.root, stage.root);
    const { name, root } = stage;
    Object.assign(stage, from, { env: { ...from.env }, name, root });
  }
  for (const { keyword, rest } of steps) await carryOut(keyword, rest, stage, finished);
  return stage;
}

interface Instruction {
  keyword: string;
  rest: string;
}

/** Each begins with its FROM. */
function stagesOf(all: Instruction[]): Instruction[][] {
  const begins = all.flatMap(({ keyword }, index) => (keyword === "FROM" ? [index] : []));
  if (begins[0] !== 0) throw new Error("the Dockerfile does not begin with FROM");
  return begins.map((begin, index) => all.slice(begin, begins[index + 1]));
}

/** One for each logical line. */
const instructions = (text: string): Instruction[] =>
  text
    .replace(/^\s*#.*\n/gm, "")
    .replace(/\\\n\s*/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, keyword = "", rest = ""] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return { keyword, rest };
    });

function newStage(name: string, scratch: string): Stage {
  const root = path.join(scratch, name);
  mkdirSync(root);
  return { workdir: "/", env: {}, user: "root", command: [], healthcheck: [], name, root };
}

async function carryOut(keyword: string, rest: string, stage: Stage, finished: Finished): Promise<void> {
  switch (keyword) {
    case "WORKDIR":
      stage.workdir = rest;
      mkdirSync(path.join(stage.root, rest), { recursive: true });
      return;
    case "ENV":
      Object.assign(
        stage.env,
        Object.fromEntries(rest.split(/\s+/).map((each) => each.split(/=(.*)/).slice(0, 2))),
      );
      return;
    case "COPY":
      return copyInto(stage, rest, finished);
    case "RUN":
      return run(stage, rest);
    case "USER":
      stage.user = rest;
      return;
    case "HEALTHCHECK":
      stage.healthcheck = JSON.parse(rest.slice(rest.indexOf("CMD") + 3)) as string[];
      return;
    case "CMD":
      stage.command = JSON.parse(rest) as string[];
      return;
    default:
      throw new Error(`this test does not know ${keyword}`);
  }
}

async function copyInto(stage: Stage, rest: string, finished: Finished): Promise<void> {
  const words = rest.split(/\s+/).filter((word) => !word.startsWith("--"));
  const from = /--from=(\S+)/.exec(rest)?.[1];
  const to = words.pop() ?? ".";
  const target = path.join(stage.root, path.resolve(stage.workdir, to));
  for (const source of words) {
    if (from) {
      copyOne(path.join((await finished(from)).root, source), target);
    } else {
      const into = to.endsWith("/") ? path.join(target, path.basename(source)) : target;
      for (const file of contextFiles(source)) copyOne(file, path.join(into, path.relative(source, file)));
    }
  }
}

/** The folder's contents, not the folder, as COPY does. */
function copyOne(source: string, target: string): void {
  mkdirSync(path.dirname(target), { recursive: true });
  copy(source, target);
}

const copy = (source: string, target: string): void =>
  cpSync(source, target, { recursive: true, verbatimSymlinks: true });

/** The files below a path that .dockerignore lets into the build. */
function contextFiles(source: string): string[] {
  if (!isInContext(source)) return [];
  if (!statSync(source).isDirectory()) return [source];
  return readdirSync(source).flatMap((name) => contextFiles(path.join(source, name)));
}

const rules = readFileSync(".dockerignore", "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => {
    const pattern = line.replace(/^!/, "").replace(/[.+^${}()|[\]\\]/g, "\\$&");
    const expression = pattern.replace(/\*\*\/|\*/g, (stars) => (stars === "*" ? "[^/]*" : "(?:.*/)?"));
    return { included: line.startsWith("!"), expression: new RegExp(`^${expression}(?:/|$)`) };
  });

/** The last rule that matches a path, or a folder above it, decides. */
export const isInContext = (file: string): boolean =>
  file === "." || (rules.findLast(({ expression }) => expression.test(file))?.included ?? true);

async function run(stage: Stage, command: string): Promise<void> {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const child = spawn("sh", ["-ec", command], {
    cwd: path.join(stage.root, stage.workdir),
    env: {
      ...environment,
      ...stage.env,
      PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`,
      npm_config_prefer_offline: "true",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`RUN ${command}: ${code}\n${output}`);
}
