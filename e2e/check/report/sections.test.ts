import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Metadata } from "#lib/oidc/provider.ts";
import { catalogue } from "../catalogue/index.ts";
import type { Capability, CheckResult } from "../check.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { htmlOf } from "./html.ts";
import { junitOf } from "./junit.ts";
import { families } from "./report.ts";
import { expectationOf, outcomeOf, sectionsOf } from "./sections.ts";
import { failed, madeUp, reportOf } from "./testing/made-up.ts";

describe("the families", () => {
  it("are those of the catalogue, so that no check is missing from a report", () => {
    const letters = new Set(catalogue.map(({ id }) => id.charAt(0)));
    assert.deepEqual([...letters], Object.keys(families));
    const all = reportOf(catalogue.map(({ id }) => madeUp(id)));
    const [html, xml] = [htmlOf(all), junitOf(all)];
    for (const { id } of catalogue) {
      assert.ok(html.includes(`<details class="check ${id.charAt(0)} pass" id="${id}"`), id);
      assert.ok(xml.includes(`classname="${id}"`), id);
    }
  });
});

describe("a capability", () => {
  const of = (capability: Capability, metadata: Record<string, unknown>, ...results: CheckResult[]) => {
    const all = capabilitiesOf(metadata as unknown as Metadata, results, false);
    const { declared, configured, observed } = all.find((each) => each.capability === capability) ?? {};
    return [declared, configured, observed];
  };
  const declaring = { backchannel_logout_supported: true };

  it("is observed where its check passed, also with a warning", () => {
    assert.deepEqual(of("back-channel", declaring, madeUp("B-01")), [true, true, true]);
    assert.deepEqual(of("back-channel", declaring, madeUp("B-01", { verdict: "warn" })), [true, true, true]);
    assert.deepEqual(of("back-channel", declaring, failed("B-01")), [true, true, false]);
    assert.deepEqual(of("back-channel", declaring), [true, true, false]);
  });

  it("is not configured where the OP left it out of the registration", () => {
    const reason = "The OP did not register backchannel_logout_uri.";
    const skipped = madeUp("B-01", { verdict: "skip", reason });
    assert.deepEqual(of("back-channel", declaring, skipped), [true, false, false]);
  });

  it("may be at work although nobody declares it", () => {
    assert.deepEqual(of("back-channel", {}, madeUp("B-01")), [false, true, true]);
    assert.deepEqual(of("back-channel", {}), [false, false, false]);
  });

  it("is registration where the run has registered a client, whatever checks it ran", () => {
    const metadata = { registration_endpoint: "https://op.example/register" } as unknown as Metadata;
    const observed = [true, false].map((registered) =>
      capabilitiesOf(metadata, [], registered)
        .filter(({ capability }) => capability === "registration")
        .map((each) => each.observed),
    );
    assert.deepEqual(observed, [[true], [false]]);
  });
});

describe("a failure that is known", () => {
  const known = { verdict: "fail", reason: "ticket 12", matches: "404" } as const;
  const told = (over: Partial<CheckResult>) => {
    const check = failed("R-02", { expected: known, ...over });
    const report = reportOf([check]);
    return [sectionsOf(report)[0]?.name, outcomeOf(report).text, expectationOf(check)];
  };

  it("is as expected for the reason that is known", () => {
    const text = "Nothing unexpected; 1 expected failure";
    assert.deepEqual(told({ reason: "HTTP 404" }), ["failures", text, "As expected: ticket 12"]);
  });

  it("is a new one for another reason, and where the suite gave it up", () => {
    for (const [over, why] of [
      [{ reason: "HTTP 500" }, "its reason has no “404”"],
      [{ reason: "HTTP 404", gaveUp: true }, "the suite could not carry it through"],
    ] as const) {
      const expectation = `fail was expected (ticket 12), but ${why}: this is something else.`;
      assert.deepEqual(told(over), ["surprises", "1 failure", expectation]);
    }
  });
});
