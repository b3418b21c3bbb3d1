import assert from "node:assert/strict";
import { it, mock } from "node:test";
import { loadKeys } from "./keys.ts";
import { OpStore } from "./store/op-store.ts";

it("keeps its keys, and adds encryption keys to a store that has none", async () => {
  const store = new OpStore(":memory:");
  const first = await loadKeys(store);
  assert.deepEqual(await loadKeys(store), first);
  const signing = first.jwks.keys.filter(({ use }) => use === "sig");

  const old = new OpStore(":memory:");
  old.setSecret("jwks", JSON.stringify(signing));
  const { keys } = (await loadKeys(old)).jwks;
  assert.deepEqual(keys.slice(0, 3), signing);
  assert.deepEqual(
    keys.slice(3).map(({ kty, use, alg }) => [kty, use, alg]),
    [
      ["RSA", "enc", undefined],
      ["EC", "enc", undefined],
    ],
  );
  store.close();
  old.close();
});

it("publishes a retired key for two more weeks, and signs with the new one", async () => {
  const store = new OpStore(":memory:");
  const signing = async (rotate?: boolean) =>
    (await loadKeys(store, rotate)).jwks.keys.filter(({ use }) => use === "sig");
  mock.timers.enable({ apis: ["Date"], now: 0 });
  try {
    const day = 24 * 3600 * 1000;
    const first = await signing(true);
    assert.equal(first.length, 3, "nothing to rotate at the first start");
    mock.timers.setTime(day);
    const both = await signing(true);
    assert.deepEqual(both.slice(3), first);
    assert.equal(new Set(both.map(({ kid }) => kid)).size, 6);
    mock.timers.setTime(15 * day - 1);
    assert.deepEqual(await signing(), both);
    mock.timers.setTime(15 * day);
    assert.deepEqual(await signing(), both.slice(0, 3));
  } finally {
    mock.timers.reset();
    store.close();
  }
});
