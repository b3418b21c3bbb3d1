/** Changes many rows without holding up anything else. */
import { setTimeout as elapsed } from "node:timers/promises";
import type { Database } from "./database.ts";

/** Rows of one step, which is never interrupted. */
const perStep = 8;
/** Rows, and milliseconds, after which a transaction ends. */
const perChunk = 512;
const busyMs = 2;
/** How many times as long as a transaction took the rest after it is: on a slow or busy machine both are longer. */
const rest = 10;

/** Repeats `step` until nothing is left to change, in short transactions with a rest after each.
 * @param step changes at most the given number of rows; returns how many it has changed
 * @param closed ends it early */
export async function inChunks(
  db: Database,
  step: (most: number) => number,
  closed: AbortSignal,
): Promise<void> {
  while (!closed.aborted) {
    const began = performance.now();
    if (!db.atomically(() => chunk(step))) return;
    await elapsed(rest * (performance.now() - began));
  }
}

/** @returns whether more may be left */
function chunk(step: (most: number) => number): boolean {
  const end = performance.now() + busyMs;
  for (let rows = 0; rows < perChunk && performance.now() < end; rows += perStep)
    if (step(perStep) < perStep) return false;
  return true;
}
