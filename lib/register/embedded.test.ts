/** `slo-playground register --driver embedded`: what it writes is what the embedded OP and the apps start with. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { parseEnv } from "node:util";
import { runProgram } from "#lib/cli/testing/program.ts";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { parseRpConfig } from "#lib/config/rp-config.ts";

const folder = mkdtempSync(path.join(tmpdir(), "register-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const variables = (name: string) => parseEnv(readFileSync(path.join(folder, `${name}.env`), "utf8"));

test("the OP and both apps get the same clients and secrets, at the first start and the next", async () => {
  const secrets: (string | undefined)[] = [];
  for (let start = 0; start < 2; start++) {
    const flags = ["--driver", "embedded", "--data", folder, "--env-dir", folder];
    const program = runProgram(["lib/register/main.ts", ...flags]);
    assert.equal(await program.ended, 0, program.output());
    assert.match(program.output(), /as client playground2: when the OP starts, from OP_APPS in op\.env\.$/m);
    assert.equal(statSync(path.join(folder, "op.env")).mode & 0o077, 0, "only its owner reads the secrets");
    const { OP_APPS } = parseOpConfig(variables("op"));
    for (const [index, name] of ["playground2", "playground3"].entries()) {
      const base = `http://localhost:8080/${name}`;
      const config = parseRpConfig({ RP_NAME: name, RP_BASE_URLS: base, ...variables(name) });
      assert.equal(config.OP_ISSUER, "http://localhost:9443/oauth2/token");
      assert.equal(config.CLIENT_ID, OP_APPS[index]?.name);
      assert.equal(config.CLIENT_SECRET, OP_APPS[index]?.secret);
      assert.equal(config.PUBLIC_CLIENT_ID, `${name}-public`);
      assert.ok(OP_APPS[index]?.baseUrls.includes(base));
      secrets.push(config.CLIENT_SECRET, config.RP_SECRET);
    }
  }
  assert.deepEqual(secrets.slice(0, 4), secrets.slice(4));
  assert.equal(new Set(secrets).size, 4);
});
