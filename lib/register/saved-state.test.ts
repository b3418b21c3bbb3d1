import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { CannotRun } from "#lib/cli/errors.ts";
import { type AppName, appNames } from "#lib/config/apps.ts";
import { dropState, loadState, saveState } from "./saved-state.ts";

describe("what the demo keeps", () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(path.join(os.tmpdir(), "demo-"));
  });
  afterEach(() => rm(data, { recursive: true }));

  it("is the same at the next start, and readable by its owner only", async () => {
    const folder = path.join(data, "new");
    const state = await loadState(folder);
    assert.deepEqual(await loadState(folder), state);
    const secrets = [...Object.values(state.sessionSecrets), ...Object.values(state.clientSecrets)];
    assert.equal(new Set(secrets).size, 2 * appNames.length);
    assert.ok(
      secrets.every((secret) => secret.length >= 43),
      "32 random bytes",
    );
    assert.equal((await stat(path.join(folder, "demo.json"))).mode & 0o777, 0o600);
  });

  it("holds registrations", async () => {
    const state = await loadState(data);
    const registration = {
      issuer: "https://op",
      name: "playground2" as const,
      baseUrls: ["a"],
      clientId: "x",
    };
    await saveState(data, { ...state, registrations: [registration] });
    assert.deepEqual((await loadState(data)).registrations, [registration]);
    assert.deepEqual(await readdir(data), ["demo.json"], "no draft is left");
  });

  it("gets secrets for an app that is new, and keeps the others", async () => {
    const { sessionSecrets, clientSecrets } = await loadState(data);
    const [first, ...later] = appNames;
    const pick = (secrets: Record<string, string>) => ({ [first as string]: secrets[first as string] });
    const earlier = {
      sessionSecrets: pick(sessionSecrets),
      clientSecrets: pick(clientSecrets),
      registrations: [],
    };
    await writeFile(path.join(data, "demo.json"), JSON.stringify(earlier));
    const state = await loadState(data);
    assert.equal(state.sessionSecrets[first as AppName], sessionSecrets[first as AppName]);
    for (const name of later) assert.notEqual(state.sessionSecrets[name], sessionSecrets[name]);
    assert.deepEqual(await loadState(data), state, "they are saved");
  });

  for (const damaged of ["{", "{}", '{"sessionSecrets":{}}']) {
    it(`is not replaced if it is damaged: ${damaged}`, async () => {
      const file = path.join(data, "demo.json");
      await writeFile(file, damaged);
      await assert.rejects(
        loadState(data),
        (error) => error instanceof CannotRun && /--fresh/.test(error.message),
      );
      assert.equal((await stat(file)).size, damaged.length);
    });
  }

  it("is deleted by --fresh, and nothing else is", async () => {
    const before = await loadState(data);
    await writeFile(path.join(data, "notes.txt"), "mine");
    await dropState(data);
    assert.deepEqual(await readdir(data), ["notes.txt"]);
    assert.notDeepEqual(await loadState(data), before);
  });
});
