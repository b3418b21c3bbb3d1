import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Capability } from "#lib/oidc/capabilities.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { type Fetch, OpenIdProvider } from "#lib/oidc/provider.ts";
import type { Driver } from "#lib/products/driver.ts";
import type { Check } from "../model/check.ts";
import { closeWorld, createWorlds } from "../probe/probe-set.ts";
import { oneChannelWorlds } from "./one-channel.ts";

const issuer = "http://localhost:1";
const check = (...needs: Capability[]): Check => ({
  ...{ id: "F-01", title: "", clause: "", severity: "high", needs },
  run: async () => undefined,
});

/** An OP that registers the back channel of a client, and the front channel where it asks for nothing else.
 * @param change over the driver */
async function start(change: Partial<Driver> = {}) {
  const asked: ClientMetadata[] = [];
  const removed: unknown[] = [];
  const driver = {
    name: "one",
    oneChannelPerClient: true,
    register: async (metadata: ClientMetadata) => {
      asked.push(metadata);
      const { client_name: clientId } = metadata;
      const missing = "backchannel_logout_uri" in metadata ? ["frontchannel_logout_uri"] : [];
      return { clientId, missing, remove: async () => void removed.push(clientId) };
    },
    ...change,
  } as Driver;
  const metadata = { issuer, frontchannel_logout_supported: true, backchannel_logout_supported: true };
  const provider = new OpenIdProvider(issuer, { fetch: fetch as Fetch, now: Date.now });
  const context = { issuer, metadata, admin: undefined, fetch };
  const settings = { provider, driver, context, metadata, byHand: undefined };
  const [world] = await createWorlds(settings, 1);
  assert.ok(world);
  const oneChannel = oneChannelWorlds(settings, [world]);
  const close = () => Promise.all([closeWorld(world), oneChannel.close()]);
  return { world, oneChannel, asked, removed, close };
}

describe("where a client has one logout channel", () => {
  it("a check of the other gets clients that ask for it alone, which are removed with the rest", async () => {
    const { world, oneChannel, asked, removed, close } = await start();
    const other = await oneChannel.worldFor(check("end-session", "front-channel"), world);
    assert.equal(await oneChannel.worldFor(check("front-channel"), world), other, "registered once");
    const fields = asked.map((each) =>
      Object.keys(each).filter((field) => field.endsWith("channel_logout_uri")),
    );
    const [both, one] = [["backchannel_logout_uri", "frontchannel_logout_uri"], ["frontchannel_logout_uri"]];
    assert.deepEqual(fields, [both, both, both, both, one, one, one, one]);
    assert.ok(asked.slice(4).every((each) => !("backchannel_logout_session_required" in each)));
    assert.deepEqual(other["rp-b"].client.clientId, "rp-b-1-front-channel");
    await close();
    assert.equal(new Set(removed).size, 8);
  });

  it("the other checks have the usual clients", async () => {
    const { world, oneChannel, asked, close } = await start();
    for (const needs of [[], ["back-channel"], ["front-channel", "back-channel"]] as Capability[][])
      assert.equal(await oneChannel.worldFor(check(...needs), world), world, needs.join());
    assert.equal(asked.length, 4);
    await close();
  });

  it("so has every check where the driver does not say so, and where the OP refuses the others", async () => {
    const silent = await start({ oneChannelPerClient: undefined } as unknown as Partial<Driver>);
    assert.equal(await silent.oneChannel.worldFor(check("front-channel"), silent.world), silent.world);
    await silent.close();
    const refusing = await start();
    refusing.asked.push = () => {
      throw new Error("no more clients");
    };
    assert.equal(await refusing.oneChannel.worldFor(check("front-channel"), refusing.world), refusing.world);
    await refusing.close();
    assert.equal(refusing.removed.length, 4);
  });
});
