/** A row of the benchmark: what it measures, and what it reports. */

export interface Row {
  /** As in `--only`. */
  name: string;
  title: string;
  /** It takes long, so it runs only if `--only` names it. */
  onRequest?: true;
  run(context: Context): Promise<Result>;
}

/** One revision of this project, built. */
export interface Build {
  /** "this one", or the revision of `--compare`. */
  name: string;
  /** Its folder. */
  root: string;
}

export interface Context {
  /** This build, and behind it that of `--compare`. Measure all of them in the same rounds; a reach is about the first. */
  builds: readonly [Build, ...Build[]];
  /** Fewer and shorter rounds. */
  quick: boolean;
  /** Prints a line about progress. */
  say(line: string): void;
}

export interface Result {
  tables: readonly Table[];
  reaches: readonly Reach[];
  /** What could not be measured and why, and what a reader should know. */
  notes: readonly string[];
  /** What went wrong while it was measured: its figures count for nothing, and the command fails. */
  errors?: readonly string[];
  /** The figures behind the tables, for JSON. */
  data?: unknown;
}

export interface Table {
  title: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** What a figure should reach. Whether it does decides nothing: a benchmark is no test. */
export interface Reach {
  /** The figure, in words that name what is compared. */
  what: string;
  bound: "at least" | "at most";
  limit: number;
  unit: "×" | "ms" | "kB" | "MB" | "";
  /** Undefined if it could not be measured; a note says why. */
  measured: number | undefined;
}

/** Whether a reach is met; undefined if it was not measured. */
export const isMet = ({ bound, limit, measured }: Reach): boolean | undefined =>
  measured === undefined ? undefined : bound === "at least" ? measured >= limit : measured <= limit;
