/** The flags of `npm run bench`. */
import { z } from "zod";
import { exitCodes } from "#lib/cli/exit-codes.ts";
import { type CommandLine, type FlagTable, readFlags } from "#lib/cli/flags.ts";
import { folder, oneOf } from "#lib/cli/shared-flags.ts";
import { rows } from "./rows/index.ts";

const names = rows.map(({ name }) => name);
const usual = rows.filter(({ onRequest }) => !onRequest).map(({ name }) => name);
const onRequest = names.filter((name) => !usual.includes(name));

const flags = {
  only: {
    value: "ROW,ROW",
    schema: z
      .string()
      .transform((text) => text.split(",").map((name) => name.trim()))
      .pipe(z.array(oneOf(names))),
    help: `only these rows: ${names.join(", ")}; default: all but ${onRequest.join(", ")}`,
  },
  quick: { help: "fewer and shorter rounds: to see whether something changed much, not by how much" },
  compare: {
    value: "REV",
    schema: z.string().regex(/^[^-\s]\S*$/, "not a revision; give a commit, branch or tag"),
    help: "also measure this git revision of the project, in the same rounds; it is built in a folder beside this one",
  },
  report: { value: "FOLDER", schema: folder, help: "write bench.md and bench.json there" },
} as const satisfies FlagTable;

export const commandLine = {
  call: "npm run bench --",
  about: `Measures what logouts, sessions and pages cost, and what other receivers of logout tokens cost in the same rounds.
The tables are Markdown. Compare only figures of one run. What other software it needs comes by npm and, for root on
Debian, by apt; a row without its software says so.`,
  flags,
  exitCodes: exitCodes.bench,
} as const satisfies CommandLine<typeof flags>;

export interface BenchOptions {
  only: readonly string[];
  quick: boolean;
  compare: string | undefined;
  report: string | undefined;
}

/** @throws {import("#lib/cli/errors.ts").UsageError} */
export function parseOptions(argv: string[]): BenchOptions {
  const { only = usual, ...values } = readFlags(argv, commandLine).values;
  return { only, ...values };
}
