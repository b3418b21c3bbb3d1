/** What the demo prints: its own lines and those of its processes, each after the name of its process. */
import type { Writable } from "node:stream";
import { stripVTControlCharacters, styleText } from "node:util";
import { type Accent, apps } from "#lib/config/apps.ts";
import { visible, visibleInColour, wholeText } from "#lib/net/foreign-text.ts";

export type Channel = "stdout" | "stderr";

export interface Output {
  /** A line of the demo about one of its processes. */
  say(process: string, text: string): void;
  /** A line of the demo itself. */
  announce(text: string): void;
  /** A line that a process wrote. */
  relay(process: string, line: string, channel: Channel): void;
  /** Whether processes may colour what they write. */
  readonly colours: boolean;
}

type Streams = Record<Channel, Writable>;

/** pino's number for `info`, so that one reader understands our lines and the processes'. */
const infoLevel = 30;

/** The closest colours that a terminal has. */
const terminalColours = {
  blue: "blue",
  violet: "magenta",
  teal: "green",
  slate: "gray",
} as const satisfies Record<Accent, string>;

const colourOf = new Map<string, (typeof terminalColours)[Accent] | "cyan">([
  ["op", "cyan"],
  ...apps.map(({ name, accent }) => [name, terminalColours[accent]] as const),
]);

/** @param names of all processes: prefixes are padded to the longest */
export function createOutput(format: "pretty" | "json", names: string[], streams: Streams = process): Output {
  return format === "json" ? jsonOutput(streams) : prettyOutput(names, streams);
}

function prettyOutput(names: string[], streams: Streams): Output {
  const width = Math.max(...names.map((name) => name.length)) + 2;
  // `styleText` knows about terminals, NO_COLOR and FORCE_COLOR.
  const colours = styleText("cyan", "x", { stream: streams.stdout }) !== "x";
  const prefix = (name: string) => {
    const text = `[${name}]`.padEnd(width);
    return colours ? styleText(colourOf.get(name) ?? "dim", text, { validateStream: false }) : text;
  };
  return {
    colours,
    say: (name, text) => streams.stdout.write(`${prefix(name)} ${wholeText(text)}\n`),
    announce: (text) => streams.stdout.write(`${wholeText(text)}\n`),
    relay: (name, line, channel) => streams[channel].write(`${prefix(name)} ${visibleInColour(line)}\n`),
  };
}

function jsonOutput(streams: Streams): Output {
  const write = (name: string, msg: string, channel: Channel) =>
    streams[channel].write(`${visible(JSON.stringify({ level: infoLevel, time: Date.now(), name, msg }))}\n`);
  return {
    colours: false,
    say: (name, text) => write(name, text, "stdout"),
    announce: (text) => write("demo", text, "stdout"),
    // JSON passes unchanged; only a few lines of Next itself are not JSON.
    relay: (name, line, channel) =>
      line.startsWith("{")
        ? streams[channel].write(`${visible(line)}\n`)
        : write(name, stripVTControlCharacters(line), channel),
  };
}

/** The banner of `next start`, which our own ready line replaces. */
export const isNextBanner = (line: string): boolean =>
  /^\s*(▲ Next\.js|- (Local|Network|Environments|Experiments)\b|✓ (Starting|Ready in|Running next\.config))/.test(
    stripVTControlCharacters(line),
  );

/** The embedded OP's own ready line; ours comes once it answers. */
export const isOpGreeting = (line: string): boolean =>
  /^\[[\d:]+\] INFO: ready at /.test(stripVTControlCharacters(line));
