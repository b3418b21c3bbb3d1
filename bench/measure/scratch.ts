/** Temporary folders, removed with this process if not before. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Scratch {
  folder: string;
  remove(): void;
}

const folders = new Set<string>();
process.once("exit", () => {
  for (const folder of folders) removeFolder(folder);
});

/** A new folder. */
export function scratchFolder(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  folders.add(folder);
  return {
    folder,
    remove: () => {
      folders.delete(folder);
      removeFolder(folder);
    },
  };
}

/** A server that is still ending may write another file meanwhile. */
const removeFolder = (folder: string) => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
