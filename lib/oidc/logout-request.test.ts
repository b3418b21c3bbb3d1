import assert from "node:assert/strict";
import { test } from "node:test";
import { buildLogoutRequest, longestUrl } from "./logout-request.ts";

const endpoint = "https://op.example/logout?tenant=a%20b";

test("GET keeps the endpoint's own query and encodes each value once", () => {
  const state = "a b&c=d+e%~";
  const { method, url, fields } = buildLogoutRequest(endpoint, { client_id: "app", state, logout_hint: "" });
  const { searchParams } = new URL(url);
  assert.equal(method, "GET");
  assert.deepEqual(
    [...searchParams],
    [
      ["tenant", "a b"],
      ["client_id", "app"],
      ["state", state],
    ],
  );
  assert.deepEqual(fields, []);
});

test("POST puts the parameters into fields and keeps the endpoint unchanged", () => {
  const request = buildLogoutRequest(endpoint, { state: "s", id_token_hint: "t" }, "POST");
  assert.deepEqual(request.fields, [
    ["id_token_hint", "t"],
    ["state", "s"],
  ]);
  assert.equal(request.url, endpoint);
});

test("a request one character too long for a URL goes by POST", () => {
  const base = buildLogoutRequest("https://op.example/", { state: "x" }).length;
  const fitting = { state: "x".repeat(longestUrl - base + 1) };
  assert.equal(buildLogoutRequest("https://op.example/", fitting).method, "GET");
  const tooLong = buildLogoutRequest("https://op.example/", { state: `${fitting.state}x` });
  assert.deepEqual([tooLong.method, tooLong.length], ["POST", longestUrl + 1]);
});
