/** Memory of an app that has shown its start page once and waits. */
import { type DemoApp, startDemoApp } from "../measure/demo-app.ts";
import { idleMemory, type Memory } from "../measure/memory.ts";
import { median, medianRatio, rotated, times } from "../measure/statistics.ts";
import type { Context, Result, Row } from "../row.ts";

const mb = (value: number): string => `${value.toFixed(0)} MB`;

export const memory: Row = {
  name: "memory",
  title: "Memory of an idle app",
  run: async ({ builds, quick, say }: Context): Promise<Result> => {
    const figures = new Map(builds.map(({ name }) => [name, [] as Memory[]]));
    for (let round = 0; round < (quick ? 2 : 7); round++) {
      for (const build of rotated(builds, round)) {
        const app = await startDemoApp(build);
        figures.get(build.name)?.push(await whenIdle(app));
      }
      say(`  round ${round + 1}`);
    }
    const of = (name: string, which: keyof Memory) => (figures.get(name) ?? []).map((each) => each[which]);
    const [own, other] = builds;
    const ratioTo = (name: string) => medianRatio(of(own.name, "resident"), of(name, "resident"));
    const rows = builds.map(({ name }) => [
      ...[name, mb(median(of(name, "resident"))), mb(median(of(name, "proportional")))],
      times(ratioTo(name)),
    ]);
    const measured = other && ratioTo(other.name);
    return {
      tables: [{ title: "After its first page", head: ["Build", "RSS", "PSS", "this one : it, RSS"], rows }],
      reaches: [
        { what: "RSS, compared with the other build", bound: "at most", limit: 0.8, unit: "×", measured },
      ],
      notes: other ? [] : ["The reach is about the build before the optimizations: --compare 32c7aaa."],
      data: Object.fromEntries(figures),
    };
  },
};

async function whenIdle({ base, pid, stop }: DemoApp): Promise<Memory> {
  try {
    const page = await fetch(`${base}/`);
    if (!page.ok) throw new Error(`${page.url} answered ${page.status}.`);
    await page.text();
    return await idleMemory(pid);
  } finally {
    await stop();
  }
}
