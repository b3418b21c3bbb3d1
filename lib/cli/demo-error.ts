/** The former name, for lib/products and lib/register/{admin-api,register}.ts. */
export { CannotRun as DemoError } from "./errors.ts";
