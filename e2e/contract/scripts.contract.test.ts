/** The scripts of the pages: small, and compressed as each browser asks. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { type RpProcess, startRp } from "../support/rp-process.ts";

let rp: RpProcess;
before(async () => {
  rp = await startRp({ OP_ISSUER: "http://localhost:9/oauth2/token" });
});
after(() => rp.stop());

/** Addresses of the scripts that a page loads. */
async function scriptsOf(page: string): Promise<string[]> {
  const html = await (await fetch(`${rp.base}${page}`)).text();
  const scripts = [...html.matchAll(/<script[^>]* src="(\/_next\/[^"]+)"/g)].map(([, src = ""]) => src);
  assert.ok(scripts.length > 1, html);
  return scripts.map((src) => new URL(src, rp.base).href);
}

/** As it comes over the wire: `fetch` would decompress it. */
async function load(url: string, accept?: string) {
  const request = get(url, {
    agent: false,
    headers: accept === undefined ? {} : { "accept-encoding": accept },
  });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const { statusCode: status, headers } = response;
  return { status, headers, body: Buffer.concat(await response.toArray()) };
}

test("a script is sent with Brotli, gzip, or as it is: whichever the browser accepts", async () => {
  for (const url of await scriptsOf("/oauth2")) {
    const plain = await load(url);
    assert.equal(plain.headers["content-encoding"], undefined);
    const brotli = await load(url, "gzip, deflate, br, zstd");
    assert.equal(brotli.headers["content-encoding"], "br");
    assert.deepEqual(brotliDecompressSync(brotli.body), plain.body);
    const gzip = await load(url, "gzip, br;q=0");
    assert.equal(gzip.headers["content-encoding"], "gzip");
    assert.deepEqual(gunzipSync(gzip.body), plain.body);
    assert.ok(brotli.body.length < gzip.body.length);
    for (const { status, headers } of [plain, brotli, gzip]) {
      assert.equal(status, 200);
      assert.match(headers["content-type"] ?? "", /^application\/javascript/);
      assert.match(headers.vary ?? "", /accept-encoding/i);
      assert.match(headers["cache-control"] ?? "", /immutable/);
    }
  }
});

test("a script that does not exist is not found, compressed or not", async () => {
  for (const accept of [undefined, "br"])
    assert.equal((await load(new URL("/_next/static/chunks/none.js", rp.base).href, accept)).status, 404);
});

/** Texts of libraries that survive minification. */
const marks = {
  zod: "ZodError",
  jose: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
  "next-auth/react": "csrfToken",
};

test("no page waits for a library that only servers need, or that a button may need later", async () => {
  const folder = path.join(".next", "static", "chunks");
  const built = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), "utf8"));
  assert.ok(built.some((text) => text.includes(marks["next-auth/react"])));
  for (const page of ["/", "/oauth2", "/photos", "/doctor", "/registration"])
    for (const url of await scriptsOf(page)) {
      const text = (await load(url)).body.toString();
      for (const [library, mark] of Object.entries(marks))
        assert.ok(!text.includes(mark), `${page} loads ${library} in ${url}`);
    }
});
