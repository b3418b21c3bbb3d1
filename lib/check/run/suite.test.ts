/** The line that `npm run check` prints for each reason why a run cannot take place. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { CannotRun } from "#lib/cli/errors.ts";
import { loadCertificate } from "#lib/op/tls.ts";
import { productNames } from "#lib/products/index.ts";
import { type StandIn, standIn } from "#lib/products/testing/stand-in.ts";
import { createProgress } from "../report/progress.ts";
import { bareProvider } from "../testing/bare-provider.ts";
import { browserFile } from "./browsers.ts";
import { parseOptions } from "./options.ts";
import { runSuite } from "./suite.ts";

// Any file will do, where no browser is started.
process.env.CHROMIUM_PATH = process.execPath;

const fourClients = ["rp-a", "rp-b", "rp-c", "rp-d"].flatMap((name) => ["--client", `${name}=id`]);

async function assertCannotRun(flags: string[], ...words: string[]): Promise<void> {
  const progress = createProgress({ write: () => undefined });
  const options = parseOptions(["--only", "R-01", ...flags]);
  const run = runSuite(options, progress, new AbortController().signal).finally(progress.end);
  await assert.rejects(run, (error) => {
    assert.ok(error instanceof CannotRun, String(error));
    assert.doesNotMatch(error.message, /\n/);
    for (const word of words) assert.ok(error.message.includes(word), `${word} in: ${error.message}`);
    return true;
  });
}

describe("a run that cannot take place", { concurrency: true }, () => {
  const folder = mkdtempSync(join(tmpdir(), "check-session-"));
  const servers: { close(): unknown }[] = [];
  /** An OP without registration, for other errors. */
  let issuer: string[];
  before(async () => {
    issuer = ["--issuer", await started(bareProvider())];
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await Promise.all(servers.map((server) => server.close()));
  });
  async function started(starting: Promise<StandIn>): Promise<string> {
    const server = await starting;
    servers.push(server);
    return server.origin;
  }
  async function listening(server: Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    servers.push({ close: () => server.close().closeAllConnections() });
    return (server.address() as AddressInfo).port;
  }

  it("names an unknown host", () =>
    assertCannotRun(["--issuer", "https://op.invalid"], "The host op.invalid does not exist (DNS)"));

  it("gets no answer", async () => {
    const silent = `http://127.0.0.1:${await listening(createServer(() => undefined))}`;
    await assertCannotRun(["--issuer", silent], `${silent} does not answer (timeout)`);
  });

  it("has http instead of https, or the reverse", async () => {
    const [, http = ""] = issuer;
    const secure = http.replace("http:", "https:");
    await assertCannotRun(["--issuer", secure], `${secure} does not speak TLS`);
    const https = await started(bareProvider({ tls: await loadCertificate(":memory:") }));
    const plain = https.replace("https:", "http:");
    await assertCannotRun(["--issuer", plain], `${plain} gives no readable answer`);
  });

  it("finds no discovery document", async () => {
    const empty = await started(standIn(() => ({ status: 404 })));
    const url = `${empty}/realm/.well-known/openid-configuration`;
    await assertCannotRun(["--issuer", `${empty}/realm`], `${url} was answered with HTTP 404`);
  });

  it("has an issuer with an extra slash", async () => {
    const [, origin = ""] = issuer;
    await assertCannotRun(
      ["--issuer", `${origin}/`],
      `its issuer is ${origin}, not ${origin}/: pass exactly that`,
    );
  });

  it("finds no discovery document of the other issuer", async () => {
    const other = await started(standIn(() => ({ status: 404 })));
    await assertCannotRun([...issuer, "--other-issuer", other], `--other-issuer: ${other}/`, "HTTP 404");
  });

  it("is refused registration, and names the flag that may be wrong", async () => {
    const error = { error: "invalid_token", error_description: "No.\nNot you." };
    const op = await bareProvider({
      metadata: (own) => ({ registration_endpoint: `${own}/register` }),
      answers: (what) => (what === "POST /register" ? { status: 401, json: error } : undefined),
    });
    const at = ["--issuer", await started(Promise.resolve(op))];
    const refused = `${op.origin}/register refused to register rp-a-`;
    for (const driver of productNames.filter((name) => name !== "embedded")) {
      const flags = ["--admin", "--registration-token", "--print-clients", "--client NAME=ID:SECRET"];
      await assertCannotRun([...at, "--driver", driver], refused, "No. Not you.", ...flags);
    }
    await assertCannotRun(
      [...at, "--admin", "admin:wrong"],
      refused,
      "Check the name and password of --admin.",
    );
    await assertCannotRun([...at, "--registration-token", "t"], refused, "Check --registration-token.");
    const basic = ["--registration-auth", "registrar:wrong", "--admin", "admin:admin"];
    await assertCannotRun([...at, ...basic], refused, "Check the name and password of --registration-auth.");
    const posts = op.asked.filter(({ method }) => method === "POST");
    const basics = ["admin:wrong", "registrar:wrong"].map((pair) => `Basic ${btoa(pair)}`);
    const sent = new Set(posts.map(({ headers }) => headers.authorization));
    assert.deepEqual(sent, new Set([undefined, ...basics, "Bearer t"]));
  });

  it("needs a port of manually registered clients that is in use", async () => {
    const port = String(await listening(createServer()));
    const why = `Port ${port} of rp-a is in use`;
    await assertCannotRun([...issuer, "--port", port, ...fourClients], why, "--port N");
  });

  it("has an unreadable CA file", async () => {
    const broken = join(folder, "broken.pem");
    writeFileSync(broken, "none");
    await assertCannotRun([...issuer, "--ca", broken], `--ca: ${broken} holds no certificate in PEM format.`);
    await assertCannotRun(
      [...issuer, "--ca", "./absent.pem"],
      "--ca: ./absent.pem cannot be read: there is no such",
    );
  });

  it("has an invalid driver", async () => {
    const empty = join(folder, "driver.ts");
    writeFileSync(empty, "export const login = 1;\n");
    await assertCannotRun(
      [...issuer, "--driver", empty],
      `${empty} has no default export with login, confirm`,
    );
    await assertCannotRun(
      [...issuer, "--driver", "./absent.ts"],
      "There is no driver ./absent.ts: no such file.",
    );
    await assertCannotRun([...issuer, "--driver", "okta"], "There is no driver okta: choose embedded, wso2");
  });

  it("has unreadable expectations", async () => {
    const broken = join(folder, "expected.json");
    writeFileSync(broken, "{\n  nonsense\n}");
    await assertCannotRun(["--expect", broken], `--expect ${broken} cannot be read: `);
    await assertCannotRun(["--expect", "./absent.json"], "--expect ./absent.json cannot be read: ");
  });

  it("has no browser, and names the command that installs one", () => {
    assert.throws(
      () => browserFile(() => undefined),
      /^CannotRun: No Chromium .*npx playwright install chromium/,
    );
    const named = () => {
      throw new Error("CHROMIUM_PATH names /nowhere, and there is no such file.");
    };
    assert.throws(() => browserFile(named), { name: "CannotRun", message: /^CHROMIUM_PATH names \/nowhere/ });
  });
});
