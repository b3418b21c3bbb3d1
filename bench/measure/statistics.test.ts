import assert from "node:assert/strict";
import { test } from "node:test";
import { count, median, medianRatio, ms, quantile, rotated, times } from "./statistics.ts";

test("a median is the middle value, or the mean of the two in the middle", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 10, 2]), 3);
  assert.equal(median([7]), 7);
  assert.ok(Number.isNaN(median([])));
});

test("a quantile is one of the values, the highest at 1", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.equal(quantile(values, 0), 1);
  assert.equal(quantile(values, 0.5), 51);
  assert.equal(quantile(values, 0.99), 100);
  assert.equal(quantile(values, 1), 100);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test("a ratio is taken within each round: a round that was slow for both does not change it", () => {
  assert.equal(medianRatio([200, 20, 2], [100, 10, 1]), 2);
  assert.equal(medianRatio([100, 300, 200], [100, 100, 100]), 2);
  assert.ok(Number.isNaN(medianRatio([], [])));
});

test("a ratio leaves out rounds that the peer did not finish", () => {
  assert.equal(medianRatio([10, 20, 99], [10, 20]), 1);
});

test("each item begins one of the rounds", () => {
  const items = ["a", "b", "c"];
  assert.deepEqual(rotated(items, 0), ["a", "b", "c"]);
  assert.deepEqual(rotated(items, 1), ["b", "c", "a"]);
  assert.deepEqual(rotated(items, 5), ["c", "a", "b"]);
  assert.deepEqual(rotated([], 2), []);
});

test("figures as text", () => {
  assert.equal(ms(0.256), "0.26 ms");
  assert.equal(ms(12.6), "13 ms");
  assert.equal(times(1.234), "× 1.23");
  assert.equal(count(12345.6), "12,346");
});
