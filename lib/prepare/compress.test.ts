import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { compressScripts } from "./compress.mjs";

test("each script, and nothing else, gets a Brotli copy at the same path below br", async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "compress-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(path.join(folder, "chunks"));
  const script = `say("${"hello ".repeat(1000)}");`;
  writeFileSync(path.join(folder, "chunks", "a.js"), script);
  writeFileSync(path.join(folder, "chunks", "a.css"), "p {}");

  await compressScripts(folder);

  const copy = readFileSync(path.join(folder, "br", "chunks", "a.js"));
  assert.equal(brotliDecompressSync(copy).toString(), script);
  assert.ok(copy.length < script.length / 10);
  assert.ok(!existsSync(path.join(folder, "br", "chunks", "a.css")));
});
