import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { HttpBrowser } from "#lib/net/http-browser.ts";
import {
  adminAuthorization,
  authorizationUrl,
  authorize,
  basic,
  clientSecret,
  logoutUrl,
  opUnderTest,
  register,
  responseOf,
  sharedOp,
  signIn,
  userinfoStatus,
} from "./testing/op-under-test.ts";

type Json = Record<string, unknown>;

const op = await sharedOp();

describe("dynamic client registration", () => {
  const callback = () => `${op.photos.base}/oauth2client`;

  it("registers a client for an administrator", async () => {
    const metadata = {
      client_name: "frames",
      redirect_uris: [callback()],
      response_types: ["code", "id_token token"],
      grant_types: ["authorization_code", "implicit", "password"],
      backchannel_logout_uri: `${op.photos.base}/bclogout`,
      frontchannel_logout_uri: `${op.photos.base}/fclogout`,
      frontchannel_logout_session_required: true,
      id_token_signed_response_alg: "ES256",
    };
    const { status, body } = await register(op, metadata, adminAuthorization);
    assert.equal(status, 201);
    assert.partialDeepStrictEqual(body, { ...metadata, backchannel_logout_session_required: true });
    assert.ok(body.client_id && body.client_secret && body.registration_access_token);
  });

  it("requires an administrator's password", async () => {
    for (const authorization of [undefined, basic("admin", "wrong"), basic("alice", "alice"), "Bearer x"]) {
      const { status, headers, body } = await register(op, { redirect_uris: [callback()] }, authorization);
      assert.equal(status, 401);
      assert.match(headers.get("www-authenticate") ?? "", /^Basic /);
      assert.ok(body.error_description);
    }
  });

  it("refuses invalid metadata", async () => {
    const bad: Json[] = [
      {},
      { redirect_uris: ["not a uri"] },
      { redirect_uris: [callback()], response_types: ["nonsense"] },
      { redirect_uris: ["regexp=(http://localhost/.*)"] },
      { redirect_uris: [callback()], backchannel_logout_uri: "nowhere" },
      { redirect_uris: [callback()], backchannel_logout_uri: `${op.photos.base}/bclogout#fragment` },
      { redirect_uris: [callback()], frontchannel_logout_uri: "nowhere" },
    ];
    for (const metadata of bad) {
      const { status, body } = await register(op, metadata, adminAuthorization);
      assert.equal(status, 400, JSON.stringify(metadata));
      assert.match(String(body.error), /^invalid_(client_metadata|redirect_uri)$/);
    }
  });

  it("refuses a frontchannel_logout_uri that is malformed or on another origin than the client", async () => {
    const { base } = op.photos;
    const foreign = [
      `${op.albums.base}/fclogout`,
      `${base.replace("localhost", "127.0.0.1")}/fclogout`,
      `${base.replace("http:", "https:")}/fclogout`,
      `${base}@evil.example/fclogout`,
    ];
    const malformed = [
      "/fclogout",
      "http:fclogout",
      `${base}/fclogout#x`,
      `${base}/fclogout#`,
      `${base}/a b`,
      [base],
    ];
    // Its host would be words of the logout page's policy.
    const policy = ["http://a;sandbox/", "http://a,b/", "http://*/"];
    for (const frontchannel_logout_uri of [...foreign, ...malformed, ...policy]) {
      const redirect_uris = [callback(), ...policy];
      const { status, body } = await register(
        op,
        { redirect_uris, frontchannel_logout_uri },
        adminAuthorization,
      );
      assert.equal(status, 400, String(frontchannel_logout_uri));
      assert.equal(body.error, "invalid_client_metadata");
      assert.match(String(body.error_description), /^frontchannel_logout_uri must/);
    }
    const redirect_uris = [`regexp=(${op.albums.base}/cb|${base}/cb)`];
    const alternatives = { redirect_uris, frontchannel_logout_uri: `${base}/fclogout?own=query` };
    assert.equal((await register(op, alternatives, adminAuthorization)).status, 201);
  });

  it("lets WSO2's parameters choose the credentials, but not those of another client", async () => {
    const chosen = { ext_param_client_id: "frames-2", ext_param_client_secret: "a-secret-of-frames-2" };
    const { body } = await register(op, { ...chosen, redirect_uris: [callback()] }, adminAuthorization);
    assert.equal(body.client_id, "frames-2");
    assert.equal(body.client_secret, "a-secret-of-frames-2");
    const taken = await register(
      op,
      { ext_param_client_id: "photos", redirect_uris: [callback()] },
      adminAuthorization,
    );
    assert.equal(taken.status, 400);
    assert.match(String(taken.body.error_description), /photos is taken/);
    const stillThere = await fetch(`${op.origin}/oauth2/token`, {
      method: "POST",
      headers: { authorization: basic("photos", clientSecret) },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    assert.equal(stillThere.status, 200);
  });

  it("refuses a client_id with other characters, or with a property name of Object.prototype", async () => {
    const bad = [
      "__proto__",
      "constructor",
      "toString",
      "a b",
      "<b>",
      "q/z",
      "é",
      "x\ny",
      "a".repeat(256),
      42,
    ];
    for (const ext_param_client_id of bad) {
      const { status, body } = await register(
        op,
        { ext_param_client_id, redirect_uris: [callback()] },
        adminAuthorization,
      );
      assert.equal(status, 400, String(ext_param_client_id));
      assert.equal(body.error, "invalid_client_metadata");
    }
    for (const ext_param_client_id of ["a".repeat(255), "frames_3.x~y-z"]) {
      const { body } = await register(
        op,
        { ext_param_client_id, redirect_uris: [callback()] },
        adminAuthorization,
      );
      assert.equal(body.client_id, ext_param_client_id);
    }
  });

  it("matches a regexp= callback in full, for the callback and after logout", async () => {
    const { base } = op.photos;
    const expression = `regexp=(${base}/oauth2client|${base}/logout)`;
    const { body } = await register(op, { redirect_uris: [expression] }, adminAuthorization);
    const client = String(body.client_id);
    const browser = new HttpBrowser();
    const visit = await authorize(op, browser, { client_id: client });
    assert.ok(visit.location?.startsWith(`${base}/oauth2client?code=`));
    const logout = logoutUrl(op, { client_id: client, post_logout_redirect_uri: `${base}/logout` });
    assert.equal((await browser.get(logout)).status, 200);

    for (const uri of [
      `${base}/oauth2client/more`,
      `http://evil.example/${base}/logout`,
      `${base}/oauth2client?x=1`,
    ]) {
      const refused = await authorize(op, new HttpBrowser(), { client_id: client, redirect_uri: uri });
      assert.equal(refused.status, 400);
      assert.equal(refused.location, undefined);
    }
  });

  it("lets the registration access token, and an administrator, read, change and delete the client", async () => {
    const { body } = await register(op, { redirect_uris: [callback()] }, adminAuthorization);
    const { client_id, client_secret, registration_access_token: token } = body;
    const url = String(body.registration_client_uri);
    for (const authorization of [`Bearer ${token}`, adminAuthorization]) {
      const read = await fetch(url, { headers: { authorization } });
      assert.equal(read.status, 200);
      assert.equal(((await read.json()) as Json).client_id, client_id);
    }
    const changed = await fetch(url, {
      method: "PUT",
      headers: { "content-type": "application/json", authorization: adminAuthorization },
      body: JSON.stringify({ client_id, client_secret, redirect_uris: [callback()], client_name: "renamed" }),
    });
    assert.equal(((await changed.json()) as Json).client_name, "renamed");
    assert.equal((await fetch(url, { headers: { authorization: basic("bob", "bob") } })).status, 401);
    assert.equal(
      (await fetch(url, { method: "DELETE", headers: { authorization: adminAuthorization } })).status,
      204,
    );
    assert.equal((await fetch(url, { headers: { authorization: adminAuthorization } })).status, 404);
  });

  describe("after a client is deleted", () => {
    const named = (more: Json = {}) =>
      register(
        op,
        { redirect_uris: [callback()], ext_param_client_id: "reborn", ...more },
        adminAuthorization,
      );
    const remove = async (url: string, authorization: string) =>
      assert.equal((await fetch(url, { method: "DELETE", headers: { authorization } })).status, 204);

    for (const by of ["its registration access token", "an administrator"]) {
      it(`by ${by}, the token does not open the next one of that name`, async () => {
        const first = (await named()).body;
        const [url, old] = [
          String(first.registration_client_uri),
          `Bearer ${first.registration_access_token}`,
        ];
        await remove(url, by === "an administrator" ? adminAuthorization : old);
        const second = (await named({ client_name: "second" })).body;
        assert.equal(second.client_id, "reborn");
        for (const method of ["GET", "PUT", "DELETE"]) {
          const body = method === "PUT" ? { body: JSON.stringify({ client_id: "reborn" }) } : {};
          const headers = { authorization: old, "content-type": "application/json" };
          assert.equal((await fetch(url, { method, headers, ...body })).status, 401, method);
        }
        const own = { authorization: `Bearer ${second.registration_access_token}` };
        const read = await fetch(url, { headers: own });
        assert.equal(((await read.json()) as Json).client_name, "second");
        await remove(url, own.authorization);
      });
    }

    it("its users' tokens and grants are gone, and those of others are not", async () => {
      const { body } = await named({ response_types: ["id_token token"], grant_types: ["implicit"] });
      const browser = new HttpBrowser();
      const request = { client_id: "reborn", response_type: "id_token token" };
      const token = responseOf(await authorize(op, browser, request)).get("access_token") ?? "";
      const { accessToken } = await signIn(op, browser, "photos");
      assert.deepEqual([await userinfoStatus(op, token), await userinfoStatus(op, accessToken)], [200, 200]);
      await remove(String(body.registration_client_uri), adminAuthorization);
      assert.deepEqual([await userinfoStatus(op, token), await userinfoStatus(op, accessToken)], [401, 200]);
      await named({ response_types: ["id_token token"], grant_types: ["implicit"] });
      const silent = await browser.get(authorizationUrl(op, { ...request, prompt: "none" }));
      assert.equal(responseOf(silent).get("error"), "consent_required");
      assert.equal(await userinfoStatus(op, token), 401);
    });
  });

  it("drops the registration access tokens of clients that an earlier version deleted", async () => {
    const directory = mkdtempSync(join(tmpdir(), "op-"));
    const earlier = await opUnderTest(directory);
    const { body } = await register(earlier, { redirect_uris: [callback()] }, adminAuthorization);
    const kept = await register(earlier, { redirect_uris: [callback()] }, adminAuthorization);
    await earlier.close();
    const database = new DatabaseSync(join(directory, "op.sqlite"));
    const tokens = () =>
      database
        .prepare("SELECT payload FROM artifact WHERE model = 'RegistrationAccessToken'")
        .all()
        .map(({ payload }) => (JSON.parse(String(payload)) as Json).clientId);
    assert.deepEqual(tokens().sort(), [body.client_id, kept.body.client_id].sort());
    database.prepare("DELETE FROM artifact WHERE model = 'Client' AND id = ?").run(String(body.client_id));
    await (await opUnderTest(directory)).close();
    assert.deepEqual(tokens(), [kept.body.client_id]);
    database.close();
    rmSync(directory, { recursive: true });
  });
});
