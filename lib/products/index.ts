/** The drivers that come with the suite, and how one of the user's own is loaded. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CannotRun } from "#lib/cli/errors.ts";
import type { Driver } from "./driver.ts";
import { embedded } from "./embedded/driver.ts";
import { generic } from "./generic/driver.ts";
import { glewlwyd } from "./glewlwyd/driver.ts";
import { keycloak } from "./keycloak/driver.ts";
import { wso2 } from "./wso2/driver.ts";

const drivers: Readonly<Record<string, Driver>> = {
  embedded,
  wso2,
  keycloak,
  glewlwyd,
  generic,
};

export const driverNames = Object.keys(drivers);

/** @param name of a driver, or the path of a module whose default export is one */
export async function driverNamed(name: string): Promise<Driver> {
  const known = Object.hasOwn(drivers, name) ? drivers[name] : undefined;
  if (known) return known;
  if (!/[./\\]/.test(name)) {
    throw new CannotRun(
      `There is no driver ${name}: choose ${driverNames.join(", ")}, or a path such as ./my-driver.ts.`,
    );
  }
  if (!existsSync(name)) throw new CannotRun(`There is no driver ${name}: no such file.`);
  const module: { default?: unknown } = await import(pathToFileURL(resolve(name)).href).catch(
    (error: unknown) => {
      throw new CannotRun(`The driver ${name} cannot be loaded: ${String(error).replace(/\s+/g, " ")}`);
    },
  );
  if (isDriver(module.default)) return module.default;
  throw new CannotRun(`${name} has no default export with login, confirmLogout and declineLogout.`);
}

const isDriver = (value: unknown): value is Driver =>
  typeof value === "object" &&
  value !== null &&
  ["login", "confirmLogout", "declineLogout"].every((name) => typeof Reflect.get(value, name) === "function");
