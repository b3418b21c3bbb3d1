/** Compresses scripts once, when they are built, and better than a server could for each request. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";

const compress = promisify(brotliCompress);

/** Puts a Brotli copy of each script of a Next build into its folder `br`, where next.config.mjs sends browsers.
 * @param {string} folder with static files, for example .next/static */
export async function compressScripts(folder) {
  const scripts = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".js"),
  );
  await Promise.all(
    scripts.map(async (name) => {
      const copy = path.join(folder, "br", name);
      mkdirSync(path.dirname(copy), { recursive: true });
      writeFileSync(copy, await compress(readFileSync(path.join(folder, name))));
    }),
  );
}
