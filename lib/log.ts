/** The log of one process: pino, pretty for people or JSON for machines. */
import { type Logger, pino } from "pino";
import pretty from "pino-pretty";

export type Log = Logger;

/** `data` of a line is for machines: people read its message.
 * @param name of the process, in every JSON line */
export function createLog(options: { name: string; LOG_FORMAT: "pretty" | "json"; LOG_LEVEL: string }): Log {
  const { name, LOG_FORMAT, LOG_LEVEL } = options;
  if (LOG_FORMAT === "json") return pino({ name, level: LOG_LEVEL, base: { name } });
  // A line is one line: what comes from outside must not look like another one, or colour the terminal.
  const messageFormat = (line: Record<string, unknown>, key: string) =>
    String(line[key]).replace(/\p{Cc}/gu, "\u{fffd}");
  const stream = pretty({
    messageFormat,
    sync: true,
    ignore: "pid,hostname,name,data",
    translateTime: "SYS:HH:MM:ss",
    singleLine: true,
  });
  return pino({ name, level: LOG_LEVEL }, stream);
}
