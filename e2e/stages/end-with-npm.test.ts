/** `npm test` ends with whatever started it, and its tests with it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe } from "node:test";
import { endsWithEachLink, linksOfCommand } from "#lib/cli/testing/npm-chain.ts";
import { freePort } from "#lib/net/free-port.ts";

const folder = mkdtempSync(path.join(tmpdir(), "stages-end-"));
after(() => rmSync(folder, { recursive: true, force: true }));

describe("npm test", () => {
  endsWithEachLink(async () => {
    const port = await freePort();
    const endless = path.join(mkdtempSync(path.join(folder, "test-")), "endless.test.mjs");
    writeFileSync(
      endless,
      `import { createServer } from "node:net";
       createServer().listen(${port}, "127.0.0.1", () => console.log("it listens"));`,
    );
    return {
      args: ["test", "--", "unit", "--test-name-pattern=^no such test$", endless],
      script: "e2e/stages/main.ts",
      ready: /it listens/,
      ports: [port],
    };
  }, linksOfCommand);
});
