/** The style sheet, icon and scripts, from the folder shared with the apps. */
import { createReadStream, readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { type Context, isRead, type Next } from "./open-id-provider.ts";
import { assetsPath } from "./paths.ts";

const folder = join(import.meta.dirname, "../../public/assets");
const types = new Set([".css", ".js", ".svg"]);

/** Serves the files that exist at the start, by name: no path is built from a request. */
export function serveAssets() {
  const own = readdirSync(join(folder, "op")).map((name) => `op/${name}`);
  const names = [...readdirSync(folder), ...own].filter((name) => types.has(extname(name)));
  const files = new Map(names.map((name) => [`${assetsPath}/${name}`, join(folder, name)]));
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
