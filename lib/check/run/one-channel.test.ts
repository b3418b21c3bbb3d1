import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import type { Capability } from "#lib/oidc/capabilities.ts";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import { OpenIdProvider } from "#lib/oidc/provider.ts";
import type { Driver } from "#lib/products/driver.ts";
import { closeProbeSet, createProbeSets } from "../probe/probe-set.ts";
import type { Check } from "./check.ts";
import { oneChannelProbeSets } from "./one-channel.ts";

const issuer = "http://localhost:1";
const check = (...needs: Capability[]): Check => ({
  ...{ id: "F-01", title: "", clause: "", severity: "high", needs },
  run: async () => undefined,
});

/** An OP that registers the back channel of a client, and the front channel only if the client asks for nothing else.
 * @param change to the driver */
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
  const [probeSet] = await createProbeSets(settings, 1);
  assert.ok(probeSet);
  const oneChannel = oneChannelProbeSets(settings, [probeSet]);
  const close = () => Promise.all([closeProbeSet(probeSet), oneChannel.close()]);
  return { probeSet, oneChannel, asked, removed, close };
}

describe("at an OP whose clients have only one logout channel", () => {
  it("a check of the other channel gets clients that ask for it only, which are removed with the rest", async () => {
    const { probeSet, oneChannel, asked, removed, close } = await start();
    const other = await oneChannel.probeSetFor(check("end-session", "front-channel"), probeSet);
    assert.equal(await oneChannel.probeSetFor(check("front-channel"), probeSet), other, "registered once");
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

  it("the other checks get the usual clients", async () => {
    const { probeSet, oneChannel, asked, close } = await start();
    for (const needs of [[], ["back-channel"], ["front-channel", "back-channel"]] as Capability[][])
      assert.equal(await oneChannel.probeSetFor(check(...needs), probeSet), probeSet, needs.join());
    assert.equal(asked.length, 4);
    await close();
  });

  it("every check gets the usual ones if the driver does not declare it, or the OP refuses the others", async () => {
    const silent = await start({ oneChannelPerClient: undefined } as unknown as Partial<Driver>);
    assert.equal(
      await silent.oneChannel.probeSetFor(check("front-channel"), silent.probeSet),
      silent.probeSet,
    );
    await silent.close();
    const refusing = await start();
    refusing.asked.push = () => {
      throw new Error("no more clients");
    };
    assert.equal(
      await refusing.oneChannel.probeSetFor(check("front-channel"), refusing.probeSet),
      refusing.probeSet,
    );
    await refusing.close();
    assert.equal(refusing.removed.length, 4);
  });
});
