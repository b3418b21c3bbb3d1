/** For `node --import`: development packages are missing, as in the container image. */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

const manifest = new URL("../../../package.json", import.meta.url);
const missing = Object.keys(JSON.parse(readFileSync(manifest, "utf8")).devDependencies);

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (missing.some((name) => specifier === name || specifier.startsWith(`${name}/`)))
      throw new Error(`${specifier} is a package of development`);
    return nextResolve(specifier, context);
  },
});
