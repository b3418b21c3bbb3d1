/** An issuer that is a template, as Entra's common endpoint declares it: every command and the app say what it is. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { runProgram } from "#lib/cli/testing/program.ts";
import { boundedFetch } from "#lib/net/bounded-fetch.ts";
import { type StandIn, standIn } from "#lib/products/testing/stand-in.ts";
import { templateProblem } from "./issuer-template.ts";
import { OpenIdProvider } from "./provider.ts";

describe("an issuer that is a template", () => {
  let server: StandIn;
  const data = mkdtempSync(path.join(tmpdir(), "template-"));
  before(async () => {
    server = await standIn((_, origin) => ({
      status: 200,
      json: {
        issuer: `${origin}/{tenantid}/v2.0`,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        jwks_uri: `${origin}/jwks`,
        end_session_endpoint: `${origin}/logout`,
      },
    }));
  });
  after(async () => {
    await server.close();
    rmSync(data, { recursive: true, force: true });
  });

  async function output(command: string, issuer: string): Promise<string> {
    const more = command === "check" ? ["--only", "D-01"] : ["--data", data];
    const program = runProgram([`lib/${command}/main.ts`, "--issuer", issuer, ...more]);
    assert.notEqual(await program.ended, 0);
    return program.output();
  }

  for (const command of ["register", "check"])
    it(`is explained by ${command}, which says to name one tenant`, async () => {
      const wanted = `${server.origin}/common/v2.0/.well-known/openid-configuration names no issuer: ${server.origin}/{tenantid}/v2.0 is a template for the issuers of all tenants, and no token is from it: name the issuer of one tenant, with its ID in place of {tenantid} (--issuer).`;
      assert.ok((await output(command, `${server.origin}/common/v2.0`)).includes(wanted));
    });

  it("is explained by doctor, which advises no template", async () => {
    const found = await output("doctor", `${server.origin}/common/v2.0`);
    assert.match(
      found,
      /Issuer, byte for byte: \S+\{tenantid\}\/v2\.0 is a template for the issuers of all tenants/,
    );
    assert.match(
      found,
      /What to do: Instead of \S+\/common\/v2\.0, name the issuer of one tenant, with its ID in place of/,
    );
    assert.doesNotMatch(found, /Configure exactly/);
  });

  for (const command of ["register", "doctor", "demo", "check"])
    it(`is refused as --issuer of ${command}`, async () => {
      assert.match(
        await output(command, "https://login.example/{tenantid}/v2.0"),
        /^--issuer: https:\/\/login\.example\/\{tenantid\}\/v2\.0 is a template .* in place of \{tenantid\}\.\n$/,
      );
    });

  it("makes the app say so, instead of a comparison that fails", async () => {
    const provider = new OpenIdProvider(`${server.origin}/common/v2.0`, {
      fetch: boundedFetch(),
      now: Date.now,
    });
    await assert.rejects(
      provider.metadata(),
      /cannot be used: .*\/\{tenantid\}\/v2\.0 is a template .* of one tenant/,
    );
  });

  it("is no other issuer", () => {
    for (const issuer of [
      "https://op.example/a/b",
      "https://op.example/{",
      "https://op.example/%7B",
      undefined,
    ])
      assert.equal(templateProblem(issuer), undefined);
  });
});
