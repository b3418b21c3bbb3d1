/** `npm run demo` ends with whatever started it, and with each of its processes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe } from "node:test";
import { endsWith, endsWithEachLink, linksOfCommand, type Wanted } from "#lib/cli/testing/npm-chain.ts";
import { appNames } from "#lib/config/apps.ts";
import { freePort } from "#lib/net/free-port.ts";

const folder = mkdtempSync(path.join(tmpdir(), "demo-end-"));
after(() => rmSync(folder, { recursive: true, force: true }));

async function start(): Promise<Wanted> {
  const ports = await Promise.all([freePort(), freePort(), ...appNames.map(freePort)]);
  const [op, front, ...apps] = ports.map(String);
  const flags = ["--data", mkdtempSync(path.join(folder, "data-")), "--ports", apps.join()];
  return {
    args: ["demo", "--", `--op-port=${op}`, `--front-port=${front}`, ...flags],
    script: "lib/demo/main.ts",
    ready: /^Ready: /m,
    ports,
  };
}

describe("npm run demo", { concurrency: 2 }, () => {
  endsWithEachLink(start, linksOfCommand);
  endsWith("its OpenID Provider", start, ({ find }) => find("lib/op/main.ts"));
  endsWith("an app", start, ({ find }) => find("next-server"));
});
