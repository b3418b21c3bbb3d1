/** What a browser loads with its first visit to a page. */
import { type Browser, chromium } from "@playwright/test";
import { ensureBrowser, findBrowser } from "#lib/prepare/system.ts";
import { startDemoApp } from "../measure/demo-app.ts";
import type { Build, Context, Result, Row } from "../row.ts";

const pages = ["/", "/oauth2"];
const compressions = { "as the browser asks": {}, gzip: { "accept-encoding": "gzip" } };

interface Load {
  page: string;
  /** One of `compressions`. */
  compression: string;
  /** Bytes over the wire, with headers, by type of resource. */
  bytes: Record<string, number>;
  scriptFiles: number;
}

export const firstLoad: Row = {
  name: "first-load",
  title: "First load of a page",
  run: async ({ builds, say }: Context): Promise<Result> => {
    const lane = await ensureBrowser(say);
    if (!lane.ready) return { tables: [], reaches: [], notes: [`${lane.reason}. ${lane.command}`] };
    const executablePath = findBrowser();
    const browser = await chromium.launch({
      ...(executablePath ? { executablePath } : {}),
      args: ["--no-sandbox"],
    });
    try {
      const loads: { build: string; loads: Load[] }[] = [];
      for (const build of builds) loads.push({ build: build.name, loads: await loadsOf(build, browser) });
      const own = (loads[0]?.loads ?? []).filter(({ compression }) => compression === "as the browser asks");
      return {
        tables: [
          {
            title: "Bytes over the wire",
            head: ["Build", "Page", "Compression", "document", "scripts", "script files", "all"],
            rows: loads.flatMap(({ build, loads }) => loads.map((load) => [build, ...cells(load)])),
          },
        ],
        reaches: own.map(({ page, bytes }) => ({
          ...{ what: `scripts of ${page}`, bound: "at most", limit: 120, unit: "kB" },
          measured: (bytes.Script ?? Number.NaN) / 1000,
        })),
        notes: ["Browsers ask for Brotli on https and on localhost; elsewhere they get gzip."],
        data: loads,
      };
    } finally {
      await browser.close();
    }
  },
};

const kB = (bytes: number | undefined): string => `${((bytes ?? Number.NaN) / 1000).toFixed(1)} kB`;

const cells = ({ page, compression, bytes, scriptFiles }: Load): string[] => [
  ...[page, compression, kB(bytes.Document), kB(bytes.Script), String(scriptFiles)],
  kB(Object.values(bytes).reduce((sum, each) => sum + each, 0)),
];

async function loadsOf(build: Build, browser: Browser): Promise<Load[]> {
  const { base, stop } = await startDemoApp(build);
  try {
    const loads: Load[] = [];
    for (const page of pages)
      for (const [compression, headers] of Object.entries(compressions))
        loads.push({ page, compression, ...(await weigh(`${base}${page}`, headers, browser)) });
    return loads;
  } finally {
    await stop();
  }
}

async function weigh(url: string, extraHTTPHeaders: Record<string, string>, browser: Browser) {
  const page = await browser.newPage({ extraHTTPHeaders });
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  const types = new Map<string, string>();
  const bytes: Record<string, number> = {};
  let scriptFiles = 0;
  session.on("Network.responseReceived", ({ requestId, type }) => types.set(requestId, type));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const type = types.get(requestId) ?? "";
    bytes[type] = (bytes[type] ?? 0) + encodedDataLength;
    if (type === "Script") scriptFiles++;
  });
  await page.goto(url);
  await page.context().close();
  return { bytes, scriptFiles };
}
