/** The flag `--driver`: the product of the OP, and so how it is administered and what its pages look like. */
import type { ValueFlag } from "#lib/cli/flags.ts";
import { oneOf } from "#lib/cli/shared-flags.ts";
import { productNames } from "./index.ts";

export const driverFlag = {
  value: "NAME",
  schema: oneOf(["auto", ...productNames]),
  default: "auto",
  help: `the product: ${productNames.join(", ")}; auto recognizes it by its discovery document`,
} as const satisfies ValueFlag;
