/** Faults of a database file that are not faults of our own code: of its disk, or of other programs. */

type FaultKind = keyof typeof faults;

/** The reason, as the end of "… does not answer: its", and what to do about it. Both may be shown to anyone. */
const faults = {
  full: ["disk is full", "Free space on it. A running process then continues by itself."],
  failing: [
    "disk cannot be read or written, or its quota is used up",
    "Look at the disk and the quota. A running process then continues by itself.",
  ],
  locked: [
    "file is locked by another program",
    "Try again in a few seconds. If that does not help, end the program that has the file open.",
  ],
  gone: [
    "file was deleted or replaced while in use",
    "Put the same file back. If it is lost, restart this process: it begins with an empty file.",
  ],
  forbidden: ["file may not be opened or written", "Allow this process to write the file and its folder."],
  damaged: ["file is damaged, or is no SQLite database", "Restore the file from a backup, or start over: "],
  foreign: [
    "file was written by another version of this program",
    "Run the version that wrote the file, or start over: ",
  ],
} as const;

/** How to continue without a file that cannot be used. */
const startAnew =
  "set REPLACE_BAD_STORE=true (npm run demo: --replace-bad-store) and restart, which moves the file aside.";

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html). */
const kinds: Readonly<Record<number, FaultKind>> = {
  3: "forbidden", // PERM
  5: "locked", // BUSY
  6: "locked", // LOCKED
  8: "forbidden", // READONLY
  10: "failing", // IOERR
  11: "damaged", // CORRUPT
  13: "full", // FULL
  14: "forbidden", // CANTOPEN
  26: "damaged", // NOTADB
};

/** The error codes of the file system that say the same. */
const systemKinds: Readonly<Record<string, FaultKind>> = {
  ENOSPC: "full",
  EDQUOT: "failing",
  EIO: "failing",
};

/** A database file that cannot be used at the moment. `message` names the file, so it is for the log only. */
export class DatabaseFault extends Error {
  override readonly name = "DatabaseFault";
  readonly kind: FaultKind;
  /** What is wrong, without the name of the file. */
  readonly reason: string;
  /** What to do about it. */
  readonly help: string;

  constructor(kind: FaultKind, file: string, cause?: unknown) {
    const [what, advice] = faults[kind];
    const reason = `its ${what}`;
    const help = kind === "damaged" || kind === "foreign" ? `${advice}${startAnew}` : advice;
    const said = cause instanceof Error ? ` (${cause.message})` : "";
    super(`${file}: the ${what}${said}. ${help}`, { cause });
    this.kind = kind;
    this.reason = reason;
    this.help = help;
  }
}

/** The fault behind an error of SQLite or of the file system; undefined for an error of our own code. */
export function faultOf(error: unknown, file: string): DatabaseFault | undefined {
  if (error instanceof DatabaseFault) return error;
  if (!(error instanceof Error)) return undefined;
  const { code, errcode } = error as NodeJS.ErrnoException & { errcode?: number };
  if (code === "ERR_SQLITE_ERROR") {
    // The low byte of an extended code is its primary code.
    const kind = kinds[(errcode ?? 0) & 0xff];
    return kind && new DatabaseFault(kind, file, error);
  }
  const isSystemError = "syscall" in error;
  return isSystemError ? new DatabaseFault(systemKinds[code ?? ""] ?? "forbidden", file, error) : undefined;
}
