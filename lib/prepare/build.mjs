/** The style sheet and the Next build, each only when one of its inputs changed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { compressScripts } from "./compress.mjs";
import { hashOf } from "./hash.mjs";
import { projectNode } from "./node.mjs";
import { endsWithParent } from "./parent.mjs";
import { root, runStep } from "./step.mjs";

const styleSheet = "public/assets/playground.css";
const stampFile = path.join(root, ".next", "slo-playground.json");

const isTest = (/** @type {string} */ name) => /\.test\.tsx?$/.test(name);
const settings = [
  "package-lock.json",
  "package.json",
  "tsconfig.json",
  "next.config.mjs",
  "proxy.ts",
  "instrumentation.ts",
];
/** Code of the other processes, which is not part of the build. */
const elsewhere = new Set([
  ...["check", "cli", "demo", "op", "prepare", "products", "register"].map((room) => `lib/${room}`),
  styleSheet,
]);

const inputs = {
  // Tailwind reads class names from all source files, including those of the OpenID Provider and the front door.
  css: () => hashOf(root, ["app", "lib", "package-lock.json"], (name) => !isTest(name)),
  next: () =>
    hashOf(root, ["app", "lib", "public", ...settings], (name) => !isTest(name) && !elsewhere.has(name)),
};

/** Builds what is missing or older than its inputs. Quick and silent if nothing changed. */
export async function ensureBuilt() {
  const built = readStamp();
  const wanted = { css: inputs.css(), next: inputs.next() };
  const node = projectNode();
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: /** @type {const} */ ("production") };

  if (wanted.css !== built.css || !existsSync(path.join(root, styleSheet))) {
    const cli = "node_modules/@tailwindcss/cli/dist/index.mjs";
    const args = [...endsWithParent, cli, "-i", "app/globals.css", "-o", styleSheet, "--minify"];
    await runStep("Building the style sheet", { file: node, args, env });
    writeStamp({ ...built, css: wanted.css });
  }
  if (wanted.next !== built.next || !existsSync(path.join(root, ".next", "BUILD_ID"))) {
    // Forget the old build first: an interrupted one must not count as the previous one.
    writeStamp({ css: wanted.css });
    await runStep("Building the Relying Parties", {
      file: node,
      args: [...endsWithParent, "node_modules/next/dist/bin/next", "build"],
      env: { ...env, NEXT_BROTLI: "yes" },
    });
    await compressScripts(path.join(root, ".next", "static"));
    writeStamp(wanted);
  }
}

/** @returns {{ css?: string, next?: string }} */
function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return {}; // never built, or built by hand
  }
}

/** @param {{ css?: string, next?: string }} stamp */
function writeStamp(stamp) {
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(stamp));
}
