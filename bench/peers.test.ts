import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

type Package = { dependencies: Record<string, string> };
const read = (file: string) => (JSON.parse(readFileSync(file, "utf8")) as Package).dependencies;

test("the peers have the same Next, React and jose as this project: a ratio compares the code around them", () => {
  const [own, peers] = [read("package.json"), read("bench/peers/package.json")];
  for (const name of ["next", "react", "react-dom", "jose"]) assert.equal(peers[name], own[name], name);
});
