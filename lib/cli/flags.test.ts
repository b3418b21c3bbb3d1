import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { z } from "zod";
import { commandLine as check } from "#lib/check/run/options.ts";
import { commandLine as demo } from "#lib/demo/options.ts";
import { commandLine as doctor } from "#lib/doctor/options.ts";
import { commandLine as register } from "#lib/register/options.ts";
import { UsageError } from "./errors.ts";
import { asksForHelp, type CommandLine, helpText, readFlags } from "./flags.ts";
import { clientFlag, namedClient } from "./shared-flags.ts";

const number = z.string().regex(/^\d+$/, "not a number; give one").transform(Number);

const command = {
  call: "do",
  about: "Does it.",
  flags: {
    depth: { value: "N", schema: number, default: "3", help: "how deep" },
    width: { value: "N", schema: number, help: "how wide" },
    name: { value: "NAME", schema: z.string(), repeatable: true, help: "who" },
    dry: { help: "only say what would be done" },
  },
  exitCodes: { 0: "done", 1: "not done" },
} as const satisfies CommandLine;

describe("a table of flags", () => {
  it("gives each flag its value, its default or nothing", () => {
    assert.deepEqual(readFlags([], command).values, { depth: 3, width: undefined, name: [], dry: false });
    const argv = ["--depth=7", "--name", "a", "--width", "2", "--name", "b", "--dry", "--width", "9"];
    const { values, has } = readFlags(argv, command);
    assert.deepEqual(values, { depth: 7, width: 9, name: ["a", "b"], dry: true });
    assert.deepEqual([has("name"), has("dry"), readFlags([], command).has("depth")], [true, true, false]);
  });

  const wrong: [argv: string[], message: string][] = [
    [["--nam", "x"], "--nam: unknown flag; did you mean --name? All flags: do --help"],
    [["-x"], "-x: unknown flag. All flags: do --help"],
    [["--toString"], "--toString: unknown flag. All flags: do --help"],
    [["extra"], "extra: unexpected argument; flags begin with --. All flags: do --help"],
    [["--depth"], "--depth: its value is missing; write --depth N. All flags: do --help"],
    [["--depth", "--dry"], "--depth: its value is missing; write --depth N. All flags: do --help"],
    [["--dry=yes"], "--dry: takes no value; write --dry alone. All flags: do --help"],
    [["--depth", "x"], "--depth: not a number; give one."],
    [["--depth", "x", "--width", "y"], "--depth: not a number; give one.\n--width: not a number; give one."],
  ];
  for (const [argv, message] of wrong)
    it(`refuses ${argv.join(" ")}`, () => {
      assert.throws(() => readFlags(argv, command), new UsageError(message));
    });

  it("takes flags from a file", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "flags-"));
    const file = path.join(folder, "flags");
    writeFileSync(file, "# secrets\n--name a b\n--dry\n");
    const { values } = readFlags(["--name", "c", `@${file}`], command);
    rmSync(folder, { recursive: true });
    assert.deepEqual([values.name, values.dry], [["c", "a b"], true]);
  });

  it("takes operands for a command that has them", () => {
    const { operands, values } = readFlags(["a.json", "--dry", "b.json"], { ...command, operands: "A B" });
    assert.deepEqual([operands, values.dry], [["a.json", "b.json"], true]);
  });
});

describe("--help", () => {
  it("is asked for wherever it stands", () => {
    assert.ok(asksForHelp(["--depth", "x", "--help"]));
    assert.ok(asksForHelp(["-h"]));
    assert.ok(!asksForHelp(["--helpless"]));
  });

  it("lists every flag with its value and default, and the exit codes", () => {
    assert.equal(
      helpText(command),
      `Usage: do [flags]

Does it.

  --depth N                     how deep (default: 3)
  --width N                     how wide
  --name NAME                   who (repeatable)
  --dry                         only say what would be done
  --help                        this text
  @FILE                         flags from a file, one per line: keeps secrets off the command line

Exit code 0: done; 1: not done.
`,
    );
  });

  for (const commandLine of [demo, register, doctor, check] as CommandLine[])
    it(`of ${commandLine.call} fits a terminal of 120 columns`, () => {
      for (const line of helpText(commandLine).split("\n")) assert.ok(line.length <= 120, line);
    });
});

describe("shared flags", () => {
  it("have one help and one meaning, except where a command says more", () => {
    const commands: CommandLine[] = [demo, register, doctor, check];
    for (const name of [
      "registration-token",
      "registration-auth",
      "fault",
      "op-port",
      "front-port",
      "ports",
    ]) {
      const uses = new Set(
        commands.flatMap(({ flags }) => (Object.hasOwn(flags, name) ? [flags[name]] : [])),
      );
      assert.equal(uses.size, 1, name);
    }
  });

  it("read a client as it was written", () => {
    const clients = [
      { name: "a", id: "urn:x", secret: "s:1=2" },
      { name: "b", id: "y" },
    ];
    for (const client of clients) assert.deepEqual(namedClient(["a", "b"]).parse(clientFlag(client)), client);
  });
});
