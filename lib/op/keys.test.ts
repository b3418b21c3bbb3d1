import assert from "node:assert/strict";
import { it } from "node:test";
import { loadKeys } from "./keys.ts";
import { OpStore } from "./store/op-store.ts";

it("keeps its keys, and adds those for encryption to a store that has none", async () => {
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
