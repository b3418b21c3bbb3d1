/** What runs from its sources in the image imports nothing that .dockerignore or the Dockerfile leaves out. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { isInContext } from "./dockerfile.ts";

const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: object };
/** Only pages need them. */
const [, uninstalled = ""] = /npm uninstall (.+)/.exec(readFileSync("Dockerfile", "utf8")) ?? [];
const packages = Object.keys(dependencies).filter((name) => !uninstalled.split(" ").includes(name));

/** Modules that a file loads; types vanish. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, "utf8");
  return [...source.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^;]*?\sfrom\s+)?"([^"]+)";/gms)].map(
    ([, name = ""]) => {
      if (name.startsWith("#lib/")) return name.slice(1);
      return name.startsWith(".") ? path.join(path.dirname(file), name) : name;
    },
  );
}

function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (existsSync(file)) for (const each of importsOf(file)) loadedBy(each, seen);
  return seen;
}

for (const main of ["lib/op/main.ts", "lib/register/main.ts"])
  test(`${main} finds in the image all that it imports`, () => {
    const loaded = [...loadedBy(main)];
    assert.ok(loaded.length > 10);
    for (const name of loaded) {
      if (name.startsWith("lib/")) assert.ok(isInContext(name), name);
      else if (!isBuiltin(name))
        assert.ok(
          packages.some((each) => name === each || name.startsWith(`${each}/`)),
          name,
        );
    }
  });
