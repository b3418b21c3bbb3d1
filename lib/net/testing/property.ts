/** Property-based tests: a statement that holds for every input, tried with random ones, in bounded time. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import fc from "fast-check";

/** Tries of each property, fewer where the time is over first. */
const usualRuns = 500;
const usualMs = 1000;

interface Bounds {
  runs?: number;
  ms?: number;
}

type Property<Values> = fc.IProperty<Values> | fc.IAsyncProperty<Values>;

/** Looks for a counterexample, from a new seed each time. The seed is in the test's output, and `PROPERTY_SEED` repeats it;
 * `PROPERTY_SECONDS` searches for longer. The run that is in progress when the time is over goes on beside the next test, so
 * runs share no state that they compare. */
export async function holds<Values>(
  t: TestContext,
  property: Property<Values>,
  { runs = usualRuns, ms = usualMs }: Bounds = {},
): Promise<void> {
  const { PROPERTY_SEED: seed, PROPERTY_SECONDS: seconds } = process.env;
  const limit = seconds ? Number(seconds) * 1000 : ms;
  const details = await fc.check(property, {
    numRuns: seconds ? Number.MAX_SAFE_INTEGER : runs,
    // A repeated search must reach the same input, however slow the machine is now.
    ...(seed ? { seed: Number(seed) } : { interruptAfterTimeLimit: limit }),
  });
  t.diagnostic(`PROPERTY_SEED=${details.seed}, ${details.numRuns} runs`);
  const report = await fc.asyncDefaultReportMessage(details);
  if (details.failed) {
    const cause = details.errorInstance;
    throw new Error(`${report}\nTo repeat it: PROPERTY_SEED=${details.seed}`, { cause });
  }
  assert.ok(details.numRuns > 0, "not one input was tried");
}

/** Any text, often of the characters that matter to a parser or to a reader's eye; lone surrogates too. */
export const oddText = (maxLength = 40): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: "binary", maxLength }),
    fc.string({ unit: fc.constantFrom(...oddCharacters), maxLength }),
    fc.string({ unit: "grapheme", maxLength }),
  );

const oddCharacters = [
  ..."aZ09 <>&\"'`=/\\?#@:;,.%+-_~{}[]()|!*$^",
  ...["\u0000", "\t", "\n", "\r", "\u001b", "\u007f", "\u0085", "\u00a0", "\u00ad", "\u061c", "\u200b"],
  ...["\u200d", "\u200e", "\u2028", "\u2029", "\u202e", "\u2060", "\u2066", "\u3164", "\ufeff", "\ufffe"],
  ...["\ud83d", "\udd11", "\u{1f511}", "é", "ß", "漢"],
];
