import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Capability } from "#lib/oidc/capabilities.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import { catalogue } from "../catalogue/index.ts";
import type { CheckResult } from "../model/check.ts";
import { capabilitiesOf, type Registration } from "./capabilities.ts";
import { htmlOf } from "./html.ts";
import { junitOf } from "./junit.ts";
import { markdownOf } from "./markdown.ts";
import { durationWords, families } from "./report.ts";
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
  const registered = (...missing: string[]): Registration => ({ client: { missing }, dynamic: false });
  const of = (
    capability: Capability,
    metadata: Record<string, unknown>,
    registration: Registration,
    ...results: CheckResult[]
  ) => {
    const all = capabilitiesOf(metadata as unknown as Metadata, results, registration);
    const { declared, configured, observed } = all.find((each) => each.capability === capability) ?? {};
    return [declared, configured, observed];
  };
  const declaring = { backchannel_logout_supported: true };

  it("is observed if its check passed, also with a warning", () => {
    const observed = (...results: CheckResult[]) =>
      of("back-channel", declaring, registered(), ...results)[2];
    assert.equal(observed(madeUp("B-01")), true);
    assert.equal(observed(madeUp("B-01", { verdict: "warn" })), true);
    assert.equal(observed(failed("B-01")), false);
    assert.equal(observed(), false);
  });

  const fields = {
    "end-session": "post_logout_redirect_uris",
    "back-channel": "backchannel_logout_uri",
    "front-channel": "frontchannel_logout_uri",
  } as const;
  for (const [capability, field] of Object.entries(fields) as [Capability, string][]) {
    it(`is configured if the OP has registered it, declared or not: ${capability}`, () => {
      const configured = (registration: Registration) => of(capability, {}, registration)[1];
      assert.equal(configured(registered()), true);
      assert.equal(configured(registered("client_name")), true);
      assert.equal(configured(registered(field)), false);
      assert.equal(configured({ dynamic: false }), "not known", "the client was registered by hand");
    });
  }

  it("was configured if observed, whatever is known of the registration", () => {
    for (const registration of [{ dynamic: false }, registered("backchannel_logout_uri")])
      assert.deepEqual(of("back-channel", {}, registration, madeUp("B-01")), [false, true, true]);
  });

  it("is not known from registration if it is session management", () => {
    const metadata = { check_session_iframe: "https://op.example/iframe" };
    assert.deepEqual(of("session-management", metadata, registered()), [true, "not known", false]);
    assert.deepEqual(of("session-management", metadata, registered(), madeUp("S-05")), [true, true, true]);
  });

  it("is registration if the run has registered a client, whatever checks it ran", () => {
    const metadata = { registration_endpoint: "https://op.example/register" };
    assert.deepEqual(of("registration", metadata, { dynamic: true }), [true, true, true]);
    assert.deepEqual(of("registration", metadata, { dynamic: false }), [true, "not known", false]);
  });

  it("is shown as not known", () => {
    const report = reportOf([], {
      capabilities: capabilitiesOf({ issuer: "https://op.example" }, [], { dynamic: false }),
    });
    assert.match(markdownOf(report), /^\| back-channel \| no \| not known \| no \|$/m);
    assert.match(
      htmlOf(report),
      /back-channel<\/th>\s*<td class="no">no<\/td><td class="no">not known<\/td><td class="no">not seen</,
    );
  });
});

describe("an interrupted run", () => {
  it("is not green in any format, whatever it found", () => {
    const report = { ...reportOf([madeUp("R-01")]), interrupted: true as const };
    const text = "Interrupted after 1 result: nothing failed until then";
    assert.deepEqual(outcomeOf(report), { good: false, text });
    for (const form of [htmlOf, markdownOf]) assert.ok(form(report).includes(text));
    assert.match(junitOf(report), / errors="1" [\s\S]*<error message="The run was interrupted: /);
  });
});

describe("a known failure", () => {
  const known = { verdict: "fail", reason: "ticket 12", matches: "404" } as const;
  const outcomes = (over: Partial<CheckResult>) => {
    const check = failed("R-02", { expected: known, ...over });
    const report = reportOf([check]);
    return [sectionsOf(report)[0]?.name, outcomeOf(report).text, expectationOf(check)];
  };

  it("is as expected for the known reason", () => {
    const text = "Nothing unexpected; 1 expected failure";
    assert.deepEqual(outcomes({ reason: "HTTP 404" }), ["failures", text, "As expected: ticket 12"]);
  });

  it("is a different result for another reason, or if the suite gave up", () => {
    for (const [over, why] of [
      [{ reason: "HTTP 500" }, "the reason lacks “404”"],
      [{ reason: "HTTP 404", gaveUp: true }, "the suite could not finish the check"],
    ] as const) {
      const expectation = `fail was expected (ticket 12), but ${why}: this is a different result.`;
      assert.deepEqual(outcomes(over), ["surprises", "1 failure", expectation]);
    }
  });
});

describe("the duration of a run", () => {
  it("is rounded before it is divided", () => {
    assert.deepEqual([119_999, 59_400, 0].map(durationWords), ["2 min 0 s", "0 min 59 s", "0 min 0 s"]);
  });
});
