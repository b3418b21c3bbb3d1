/** The products, and how your own driver is loaded. A new product is a folder, and a line here. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CannotRun } from "#lib/cli/errors.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import type { Driver } from "./driver.ts";
import { embedded } from "./embedded/driver.ts";
import { generic } from "./generic/driver.ts";
import { glewlwyd } from "./glewlwyd/driver.ts";
import { keycloak } from "./keycloak/driver.ts";
import { wso2 } from "./wso2/driver.ts";

/** By name, in the order in which they are tried on an OP: the embedded one has the paths of WSO2
 * Identity Server. */
const products = { embedded, wso2, keycloak, glewlwyd, generic } satisfies Record<string, Driver>;

export type ProductName = keyof typeof products;
export const productNames = Object.keys(products) as ProductName[];

export const driverOf = (name: ProductName): Driver => products[name];

/** The driver of the product behind this discovery document; the generic one if no product recognizes it. */
export const driverFor = (metadata: Metadata): Driver =>
  Object.values<Driver>(products).find((driver) => driver.recognizes?.(metadata)) ?? generic;

/** @param name of a product, or the path of a module whose default export is a driver
 * @throws {CannotRun} */
export async function driverNamed(name: string): Promise<Driver> {
  const known = productNames.find((product) => product === name);
  if (known) return products[known];
  if (!/[./\\]/.test(name)) {
    throw new CannotRun(
      `There is no driver ${name}: choose ${productNames.join(", ")}, or a path such as ./my-driver.ts.`,
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
