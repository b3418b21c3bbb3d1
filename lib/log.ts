/** The log of one process: pino, pretty for people or JSON for machines. */
import { type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import { visible, visibleInColour, wholeText } from "#lib/net/foreign-text.ts";

export type Log = Logger;

/** `data` of a line is for machines: people read its message.
 * @param name of the process, in every JSON line */
export function createLog(options: { name: string; LOG_FORMAT: "pretty" | "json"; LOG_LEVEL: string }): Log {
  const { name, LOG_FORMAT, LOG_LEVEL } = options;
  const output = pino.destination({ sync: true });
  // These escapes are JSON's own.
  const json = { write: (line: string) => output.write(visible(line)) };
  if (LOG_FORMAT === "json") return pino({ name, level: LOG_LEVEL, base: { name } }, json);
  const prettify = prettyFactory({
    // A line is one line: what comes from outside must not look like another one.
    messageFormat: (line, key) => wholeText(line[key]),
    ignore: "pid,hostname,name,data",
    translateTime: "SYS:HH:MM:ss",
    singleLine: true,
  });
  const people = { write: (line: string) => output.write(visibleInColour(prettify(line))) };
  return pino({ name, level: LOG_LEVEL }, people);
}
