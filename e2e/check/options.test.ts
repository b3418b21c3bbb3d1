import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "#lib/demo/options.ts";
import { parseOptions } from "./options.ts";

test("--fault may be repeated", () => {
  const { faults } = parseOptions(["--fault", "state-dropped", "--fault", "session-state-missing"]);
  assert.deepEqual(faults, ["state-dropped", "session-state-missing"]);
});

const wrong: [string[], RegExp][] = [
  [
    ["--fault", "state-drop"],
    /^--fault is wrong: there is no fault state-drop; the closest are state-dropped, /,
  ],
  [["--fault", "state-dropped", "--issuer", "https://op.example"], /^--fault is for the embedded OP; /],
];
for (const [argv, message] of wrong) {
  test(`${argv.join(" ")} is refused in one line`, () => {
    assert.throws(
      () => parseOptions(argv),
      (error: unknown) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      },
    );
  });
}
