/** `npm run check` ends with whatever started it, and the OP and the browser with it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe } from "node:test";
import { endsWithEachLink, linksOfCommand } from "#lib/cli/testing/npm-chain.ts";

const folder = mkdtempSync(path.join(tmpdir(), "check-end-"));
after(() => rmSync(folder, { recursive: true, force: true }));

describe("npm run check", { concurrency: 2 }, () => {
  endsWithEachLink(
    async () => ({
      args: [
        ...["check", "--", "--severity", "C", "--skip", "W-01,W-02", "--browser", "cookies-allowed"],
        ...["--workers", "1", "--report", mkdtempSync(path.join(folder, "report-"))],
      ],
      script: "lib/check/main.ts",
      ready: /^✓ pass R-/m,
    }),
    linksOfCommand,
  );
});
