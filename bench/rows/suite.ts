/** What a whole run of the suite takes on the embedded OP, with third-party cookies allowed and blocked. */
import { join } from "node:path";
import { median, medianRatio, rotated, times } from "../measure/statistics.ts";
import { runToEnd, type Took } from "../measure/whole-command.ts";
import type { Build, Context, Result, Row } from "../row.ts";

/** Of those of the compared revision. */
const limit = 0.6;

export const suite: Row = {
  name: "suite",
  title: "`npm run check` on the embedded OpenID Provider, all checks, both cookie modes",
  onRequest: true,
  run: async ({ builds, quick, say }: Context): Promise<Result> => {
    const taken = new Map<Build, Took[]>(builds.map((build) => [build, []]));
    const notes: string[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      for (const build of rotated(builds, round)) {
        say(`round ${round + 1}: ${build.name}`);
        const took = await runToEnd([join(build.root, "bin", "slo-playground.mjs"), "check"], build.root);
        taken.get(build)?.push(took);
        if (took.exitCode !== 0)
          notes.push(`round ${round + 1}: the run of ${build.name} ended with ${took.exitCode}.`);
      }
    }
    const [own, other] = builds;
    const figures = (build: Build, of: (took: Took) => number) => (taken.get(build) ?? []).map(of);
    const ratio = (of: (took: Took) => number) => other && medianRatio(figures(own, of), figures(other, of));
    const [wall, cpu] = [ratio(({ seconds }) => seconds), ratio(({ cpuSeconds }) => cpuSeconds)];
    const rows = builds.map((build) => [
      build.name,
      `${Math.round(median(figures(build, ({ seconds }) => seconds)))} s`,
      `${Math.round(median(figures(build, ({ cpuSeconds }) => cpuSeconds)))} s`,
    ]);
    if (wall !== undefined && cpu !== undefined) rows[0]?.push(times(wall), times(cpu));
    if (!other) notes.push("Without --compare REV there is nothing to compare with.");
    return {
      tables: [
        {
          title: "One run",
          head: ["Build", "time", "CPU time", ...(other ? ["× time", "× CPU time"] : [])],
          rows: rows.map((cells) => [...cells, ...(other && cells.length < 5 ? ["", ""] : [])]),
        },
      ],
      reaches: [
        {
          what: "time of a run, of that of the compared revision",
          bound: "at most",
          limit,
          unit: "×",
          measured: wall,
        },
      ],
      notes,
      data: builds.map((build) => ({ build: build.name, runs: taken.get(build) })),
    };
  },
};
