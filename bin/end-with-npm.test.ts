/** No process of a command outlives the one that started it, whichever link of the chain ends, and how. The other commands
 * have such tests of their own. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe } from "node:test";
import { endsWithEachLink, linksOfCommand } from "#lib/cli/testing/npm-chain.ts";
import { freePort } from "#lib/net/free-port.ts";

const folder = mkdtempSync(path.join(tmpdir(), "end-"));
after(() => rmSync(folder, { recursive: true, force: true }));

describe("npm run register, while it waits for a server", { concurrency: 2 }, () => {
  endsWithEachLink(async () => {
    const issuer = `http://localhost:${await freePort()}`;
    return {
      args: ["register", "--", "--issuer", issuer, "--wait", "9999", "--data", folder],
      script: "lib/register/main.ts",
      ready: /^Waiting, /m,
    };
  });
});

// It gives up on its own after some seconds: then it prints what it found.
describe("npm run doctor, while a server is silent", () => {
  let silent: Server;
  let asked = 0;
  before(async () => {
    silent = createServer(() => {
      asked += 1;
    });
    await new Promise<void>((resolve) => void silent.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    silent.closeAllConnections();
    silent.close();
  });
  endsWithEachLink(async () => {
    const before = asked;
    const issuer = `http://localhost:${(silent.address() as AddressInfo).port}`;
    return {
      args: ["doctor", "--", "--issuer", issuer, "--data", folder],
      script: "lib/doctor/main.ts",
      ready: () => asked > before,
      never: /^playground2 at /m,
    };
  }, linksOfCommand);
});
