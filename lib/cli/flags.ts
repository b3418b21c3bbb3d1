/** The flags of a command: one table of them feeds parsing, `--help` and the types. */
import { parseArgs } from "node:util";
import { distance } from "fastest-levenshtein";
import type { z } from "zod";
import { closestTo } from "#lib/config/closest.ts";
import { UsageError } from "./errors.ts";
import { withFlagFiles } from "./flag-file.ts";

/** A flag without a value: given or not. */
interface Switch {
  help: string;
}

/** A flag with a value. */
export interface ValueFlag<T = unknown> {
  /** Stands for the value in `--help`. */
  value: string;
  help: string;
  /** Parses one value. Its messages complete the line `--flag: …`, without a full stop. */
  schema: z.ZodType<T, string>;
  /** As the user would type it. */
  default?: string;
  /** May be repeated; the values are a list. For any other flag, the last value counts. */
  repeatable?: true;
}

export type Flag = Switch | ValueFlag;
export type FlagTable = Readonly<Record<string, Flag>>;

type ValueOf<F extends Flag> = F extends { schema: infer S extends z.ZodType }
  ? F extends { repeatable: true }
    ? z.output<S>[]
    : F extends { default: string }
      ? z.output<S>
      : z.output<S> | undefined
  : boolean;

export type Values<F extends FlagTable> = { [Name in keyof F]: ValueOf<F[Name]> };

/** A command as `--help` describes it. */
export interface CommandLine<F extends FlagTable = FlagTable> {
  /** What people type before the flags. */
  call: string;
  /** What follows the flags, for a command that takes it. */
  operands?: string;
  /** What it does. */
  about: string;
  flags: F;
  /** What its exit codes mean. */
  exitCodes: Readonly<Record<number, string>>;
}

export interface Given<F extends FlagTable> {
  values: Values<F>;
  /** Whether the command line has this flag. */
  has(flag: keyof F & string): boolean;
  /** The arguments that are not flags. */
  operands: string[];
}

const builtIn = {
  help: { help: "this text" },
} as const satisfies FlagTable;

const hasValue = (flag: Flag | undefined): flag is ValueFlag => flag !== undefined && "value" in flag;

/** Whether a command line asks for help, regardless of its other arguments. */
export const asksForHelp = (argv: readonly string[]): boolean =>
  argv.some((argument) => argument === "--help" || argument === "-h");

/** Reads a command line, with the files of `@FILE` in their places.
 * @throws {UsageError} with a line for each problem */
export function readFlags<F extends FlagTable>(argv: readonly string[], command: CommandLine<F>): Given<F> {
  const { flags } = command;
  const { given, operands } = collect(withFlagFiles(argv), command);
  const problems: string[] = [];
  const read = (name: string, flag: Flag): unknown => {
    const texts = given.get(name) ?? [];
    if (!hasValue(flag)) return given.has(name);
    const parse = (text: string) => {
      const parsed = flag.schema.safeParse(text);
      problems.push(...(parsed.error?.issues ?? []).map(({ message }) => `--${name}: ${message}.`));
      return parsed.data;
    };
    if (flag.repeatable) return texts.map(parse);
    const text = texts.at(-1) ?? flag.default;
    return text === undefined ? undefined : parse(text);
  };
  const values = Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, read(name, flag)]));
  if (problems.length > 0) throw new UsageError([...new Set(problems)].join("\n"));
  return { values: values as Values<F>, has: (name) => given.has(name), operands };
}

/** The values of each flag as they were typed. */
function collect(argv: string[], { flags, operands: takes, call }: CommandLine) {
  const options = Object.fromEntries(
    Object.entries({ ...flags, ...builtIn }).map(([name, flag]) => [
      name,
      { type: hasValue(flag) ? ("string" as const) : ("boolean" as const) },
    ]),
  );
  const { tokens } = parseArgs({ args: argv, options, strict: false, tokens: true, allowPositionals: true });
  const given = new Map<string, string[]>();
  const operands: string[] = [];
  const refuse = (typed: string, problem: string): never => {
    throw new UsageError(`${typed}: ${problem} All flags: ${call} --help`);
  };
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      if (takes === undefined) refuse(token.value, "unexpected argument; flags begin with --.");
      operands.push(token.value);
      continue;
    }
    const { name, rawName, value, inlineValue } = token;
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (!flag) refuse(rawName, `unknown flag${suggestion(name, flags)}`);
    if (!hasValue(flag)) {
      if (value !== undefined) refuse(rawName, `takes no value; write ${rawName} alone.`);
    } else if (value === undefined || (!inlineValue && value.startsWith("-") && value !== "-"))
      refuse(rawName, `its value is missing; write ${rawName} ${flag.value}.`);
    given.set(name, [...(given.get(name) ?? []), value ?? ""]);
  }
  return { given, operands };
}

/** The closest flag, unless it is too different. */
function suggestion(name: string, flags: FlagTable): string {
  const [closest = ""] = closestTo(name, Object.keys(flags), 1);
  return distance(name, closest) <= name.length / 3 ? `; did you mean --${closest}?` : ".";
}

const lineWidth = 110;
const helpColumn = 32;

/** The text of `--help`. */
export function helpText({ call, operands, about, flags, exitCodes }: CommandLine): string {
  const lines = Object.entries({ ...flags, ...builtIn }).flatMap(([name, flag]) =>
    entry(`--${name}${hasValue(flag) ? ` ${flag.value}` : ""}`, [flag.help, ...notesOn(flag)].join(" ")),
  );
  const codes = Object.entries(exitCodes).map(([code, meaning]) => `${code}: ${meaning}`);
  return `Usage: ${[call, "[flags]", operands].filter(Boolean).join(" ")}

${wrap(about.replaceAll(/\s+/g, " "), lineWidth).join("\n")}

${[...lines, ...entry("@FILE", "flags from a file, one per line: keeps secrets off the command line")].join("\n")}

${wrap(`Exit code ${codes.join("; ")}.`, lineWidth).join("\n")}
`;
}

function notesOn(flag: Flag): string[] {
  if (!hasValue(flag)) return [];
  const { repeatable, default: value } = flag;
  const notes = [
    ...(repeatable ? ["repeatable"] : []),
    ...(value === undefined ? [] : [`default: ${value}`]),
  ];
  return notes.length > 0 ? [`(${notes.join("; ")})`] : [];
}

function entry(flag: string, help: string): string[] {
  const [first = "", ...rest] = wrap(help, lineWidth - helpColumn);
  const indent = " ".repeat(helpColumn);
  const head = `  ${flag}`;
  const further = rest.map((line) => indent + line);
  return head.length < helpColumn - 1
    ? [head.padEnd(helpColumn) + first, ...further]
    : [head, indent + first, ...further];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
