/** What the demo prints: its own lines and those of its processes, each behind the name of who said it. */
import type { Writable } from "node:stream";
import { stripVTControlCharacters, styleText } from "node:util";

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
const INFO = 30;

const colourOf = { op: "cyan", playground2: "blue", playground3: "magenta" } as const;
const isColoured = (name: string): name is keyof typeof colourOf => Object.hasOwn(colourOf, name);

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
    return colours
      ? styleText(isColoured(name) ? colourOf[name] : "dim", text, { validateStream: false })
      : text;
  };
  return {
    colours,
    say: (name, text) => streams.stdout.write(`${prefix(name)} ${text}\n`),
    announce: (text) => streams.stdout.write(`${text}\n`),
    relay: (name, line, channel) => streams[channel].write(`${prefix(name)} ${line}\n`),
  };
}

function jsonOutput(streams: Streams): Output {
  const write = (name: string, msg: string, channel: Channel) =>
    streams[channel].write(`${JSON.stringify({ level: INFO, time: Date.now(), name, msg })}\n`);
  return {
    colours: false,
    say: (name, text) => write(name, text, "stdout"),
    announce: (text) => write("demo", text, "stdout"),
    // What is JSON already goes through untouched; Next's own few lines are not.
    relay: (name, line, channel) =>
      line.startsWith("{")
        ? streams[channel].write(`${line}\n`)
        : write(name, stripVTControlCharacters(line), channel),
  };
}

/** What `next start` says before our own ready line says it better. */
export const isNextBanner = (line: string): boolean =>
  /^\s*(▲ Next\.js|- (Local|Network|Environments|Experiments)\b|✓ (Starting|Ready in|Running next\.config))/.test(
    stripVTControlCharacters(line),
  );

/** The OpenID Provider's own word that it listens; ours comes when it answers. */
export const isOpGreeting = (line: string): boolean =>
  /^\[[\d:]+\] INFO: ready at /.test(stripVTControlCharacters(line));
