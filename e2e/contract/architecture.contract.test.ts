/** Imports run one way (docs/architecture.md). Lint says the same where the import is written; this sees where it leads. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";

/** What each room may import besides itself: other rooms of lib, or single files. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  app: ["next", "rp", "doctor", "oidc", "net"],
  "lib/next": ["next-auth", "rp", "store", "oidc", "net", "config", "log.ts"],
  "lib/next-auth": ["net"],
  "lib/rp": ["doctor", "oidc", "net", "config", "log.ts", "ui"],
  "lib/store": ["sqlite", "rp/model.ts", "rp/store.ts", "rp/events.ts", "oidc"],
  "lib/sqlite": [],
  "lib/oidc": ["net"],
  "lib/net": [],
  "lib/op": ["sqlite", "oidc", "net", "config", "log.ts", "ui"],
  "lib/check": [
    "products",
    "cli",
    "demo/demo-process.ts",
    "op",
    "rp/session/session-view.ts",
    "oidc",
    "net",
    "config",
    "log.ts",
    "prepare",
    "ui",
  ],
  "lib/demo": ["register", "products", "cli", "op", "oidc", "net", "config", "prepare", "ui"],
  "lib/register": ["products", "cli", "op", "oidc", "net", "config"],
  "lib/doctor": ["register", "cli", "op/tls.ts", "oidc", "net", "config"],
  "lib/products": ["cli", "op", "oidc", "net", "config"],
  "lib/cli": ["op/faults/catalogue.ts", "oidc", "net", "config", "prepare"],
  "lib/config": ["oidc", "net"],
  "lib/log.ts": ["net", "config"],
  "lib/ui": ["config"],
  "lib/prepare": [],
};
const outside = ["app", "bench", "bin", "e2e", "examples"];
const frameworks: Readonly<Record<string, readonly string[]>> = {
  "lib/next": ["next", "next-auth", "react", "server-only"],
  "lib/next-auth": ["next-auth"],
};
const known = ["next", "next-auth", "react", "react-dom", "server-only"];

const isTest = (file: string) => /\.(test|spec|redis-test|disk-test)\.tsx?$|\/testing\//.test(file);
const roomOf = (file: string) => /^lib\/[^/]+/.exec(file)?.[0] ?? (file.split("/", 1)[0] as string);

/** Each file with the specifiers that it imports, as paths where they lead into the project. */
const imports = new Map(
  globSync("{app,lib,e2e,bench,bin,examples}/**/*.{ts,tsx,mjs}").map((file) => {
    const found = readFileSync(file, "utf8").matchAll(
      /^(?:import|export)\s(?:[^;"]*?\sfrom\s)?"([^"]+)"|\bimport\(\s*"([^"]+)"/gm,
    );
    return [file, [...found].map(([, fixed, dynamic]) => leadsTo(file, fixed ?? dynamic ?? ""))] as const;
  }),
);

function leadsTo(file: string, specifier: string): string {
  if (specifier.startsWith("#lib/")) return specifier.slice(1);
  return specifier.startsWith(".") ? path.join(path.dirname(file), specifier) : specifier;
}

/** Whether the import is against an arrow. Tests may import any room of lib. */
function isWrong(file: string, target: string): boolean {
  const [room, targetRoom] = [roomOf(file), roomOf(target)];
  if (known.includes(targetRoom))
    return room.startsWith("lib/") && !(frameworks[room] ?? []).includes(targetRoom);
  if (room === targetRoom) return false;
  if (outside.includes(targetRoom)) return true;
  if (!target.startsWith("lib/") || !arrows[room] || isTest(file)) return false;
  return !arrows[room].some((to) => `${target}/`.startsWith(`lib/${to}/`));
}

/** Everything that a file imports, directly or not. */
function reachedFrom(file: string): Set<string> {
  const reached = new Set(imports.get(file));
  for (const each of reached) for (const next of imports.get(each) ?? []) reached.add(next);
  return reached;
}

/** What lint forbids, by the files that it is about. */
const lint = new Map(
  (
    JSON.parse(readFileSync("biome.json", "utf8")) as { overrides: { includes: string[]; linter: unknown }[] }
  ).overrides.map(({ includes, linter }) => [includes.join(), JSON.stringify(linter)] as const),
);

describe("imports", () => {
  test("follow the arrows between rooms", () => {
    assert.ok(imports.size > 500 && [...imports.values()].flat().length > 2000, "they were found");
    const wrong = [...imports].flatMap(([file, targets]) =>
      targets.filter((target) => isWrong(file, target)).map((target) => `${file} imports ${target}`),
    );
    assert.deepEqual(wrong, []);
  });

  test("make no circle, those of types included", () => {
    const inCircles = [...imports.keys()].filter((file) => reachedFrom(file).has(file));
    assert.deepEqual(inCircles, []);
  });

  test("every room has its arrows, and lint has the same ones", () => {
    const rooms = new Set([...imports.keys()].map(roomOf).filter((room) => !outside.slice(1).includes(room)));
    assert.deepEqual([...rooms].sort(), Object.keys(arrows).sort());
    for (const [room, targets] of Object.entries(arrows)) {
      const open = [...(room.startsWith("lib/") ? [room.slice(4)] : []), ...targets];
      const files = open.filter((to) => to.endsWith(".ts"));
      const rooms = open.filter((to) => !files.includes(to));
      const expected = ["#lib/**", `!#lib/{${rooms}}/**`, ...files.map((to) => `!#lib/${to}`)];
      const rule = lint.get(room.endsWith(".ts") ? room : `${room}/**`);
      assert.ok(rule?.includes(JSON.stringify(expected).slice(0, -1)), `${room}: ${rule}`);
    }
  });
});
