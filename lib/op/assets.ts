/** The style sheet, icon and scripts, from the folder shared with the apps. */
import { createReadStream, readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { type Context, isRead, type Next } from "./open-id-provider.ts";
import { ASSETS } from "./paths.ts";

const FOLDER = join(import.meta.dirname, "../../public/assets");
const TYPES = new Set([".css", ".js", ".svg"]);

/** Serves the files that exist at the start, by name: no path is built from a request. */
export function serveAssets() {
  const own = readdirSync(join(FOLDER, "op")).map((name) => `op/${name}`);
  const names = [...readdirSync(FOLDER), ...own].filter((name) => TYPES.has(extname(name)));
  const files = new Map(names.map((name) => [`${ASSETS}/${name}`, join(FOLDER, name)]));
  return async (ctx: Context, next: Next): Promise<void> => {
    const file = files.get(ctx.path);
    if (!file || !isRead(ctx)) {
      await next();
      return;
    }
    const { mtimeMs, size } = statSync(file);
    ctx.set("Cache-Control", "no-cache");
    ctx.status = 200;
    ctx.etag = `${mtimeMs}-${size}`;
    if (ctx.fresh) {
      ctx.status = 304;
      return;
    }
    ctx.type = extname(file);
    ctx.body = createReadStream(file);
  };
}
