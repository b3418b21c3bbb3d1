/** One hash of many files, which tells whether to install or build again. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/**
 * Hash of the names and contents of files; folders count with their content, missing files as absent.
 * @param {string} base folder that the names are relative to
 * @param {string[]} names
 * @param {(name: string) => boolean} [counts] false for files and folders to skip
 */
export function hashOf(base, names, counts = () => true) {
  const hash = createHash("sha256");
  for (const name of names.flatMap((each) => filesOf(base, each, counts))) {
    const content = readFileSync(path.join(base, name));
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** @param {string} base @param {string} name @param {(name: string) => boolean} counts @returns {string[]} */
function filesOf(base, name, counts) {
  const full = path.join(base, name);
  if (!counts(name) || !existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [name];
  const entries = readdirSync(full).sort();
  return entries.flatMap((entry) => filesOf(base, `${name}/${entry}`, counts));
}
