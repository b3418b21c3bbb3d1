import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { boundedFetch, type Fetch } from "./bounded-fetch.ts";
import { guardedFetch } from "./guarded-fetch.ts";

const answering =
  (size: number): Fetch =>
  async () =>
    new Response("x".repeat(size));

describe("a bounded fetch", () => {
  test("gives a response up to its limit, and fails above it", async () => {
    const within = await boundedFetch({ fetch: answering(10), largest: 10 })("https://op.example", {});
    assert.equal(await within.text(), "x".repeat(10));
    const above = boundedFetch({ fetch: answering(11), largest: 10 })("https://op.example", {});
    await assert.rejects(above, /the response is larger than 10 bytes/);
  });

  test("ends with its time, and with the caller's signal", async () => {
    const silent: Fetch = (_, { signal }) =>
      new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    await assert.rejects(boundedFetch({ fetch: silent, timeout: 1 })("https://op.example", {}), {
      name: "TimeoutError",
    });
    const signal = AbortSignal.abort(new RangeError("no longer needed"));
    const ended = boundedFetch({ fetch: async (_, init) => Promise.reject(init.signal?.reason) });
    await assert.rejects(ended("https://op.example", { signal }), RangeError);
  });
});

describe("a guarded fetch", () => {
  const asked: [url: string, redirect: string | undefined][] = [];
  const origins = new Set(["https://op.example"]);
  const guardWith = (loopback: boolean) =>
    guardedFetch({
      fetch: async (url, { redirect }) => {
        asked.push([url, redirect]);
        return Response.json({});
      },
      origins,
      loopback,
      refuse: (origin) => new RangeError(`not ${origin}`),
    });

  test("asks listed origins, also those listed later, without following redirects", async () => {
    const { fetch } = guardWith(false);
    await assert.rejects(fetch("https://other.example/keys", {}), { message: "not https://other.example" });
    origins.add("https://other.example");
    await fetch("https://other.example/keys", { redirect: "follow" });
    assert.deepEqual(asked, [["https://other.example/keys", "manual"]]);
  });

  const cases: [url: string, loopback: boolean, allowed: boolean][] = [
    ["https://op.example/token", false, true],
    ["http://op.example/token", false, false],
    ["blob:https://op.example/token", false, false],
    ["ftp://localhost/token", true, false],
    ["https://op.example:8443/token", false, false],
    ["http://localhost:9443", false, false],
    ["http://localhost:9443", true, true],
    ["http://127.1/", true, true],
    ["http://[::ffff:127.0.0.1]/", true, true],
    ["http://localhost./", true, false],
    ["http://playground2.localhost/", true, false],
    ["http://169.254.169.254/", true, false],
    ["http://0.0.0.0/", true, false],
  ];
  for (const [url, loopback, allowed] of cases) {
    test(`${url} ${loopback ? "with loopback" : ""}: ${allowed ? "allowed" : "refused"}`, () => {
      const { assertAllowed } = guardWith(loopback);
      if (allowed) assertAllowed(url);
      else assert.throws(() => assertAllowed(url), RangeError);
    });
  }
});
