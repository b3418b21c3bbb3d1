/** What an OP may support, as far as logout depends on it. */
import { type Mechanism, mechanismNames } from "./mechanisms.ts";

export type Capability = "end-session" | Mechanism | "registration";

export const capabilities: readonly Capability[] = ["end-session", ...mechanismNames, "registration"];
