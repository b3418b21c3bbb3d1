import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { holds, oddText } from "#lib/net/testing/property.ts";
import { templateProblem } from "./issuer-template.ts";

const braces = fc.string({ unit: fc.constantFrom("{", "}", "/", "a") });

test("for every issuer, it is a template exactly if a pair of braces is in one part of its path", (t) =>
  holds(
    t,
    fc.property(fc.oneof(oddText(), braces, fc.webUrl(), fc.jsonValue()), (issuer) => {
      const problem = templateProblem(issuer);
      const parts = typeof issuer === "string" ? issuer.split("/") : [];
      const isTemplate = parts.some((part) =>
        part
          .split("{")
          .slice(1)
          .some((after) => after.includes("}")),
      );
      assert.equal(problem !== undefined, isTemplate);
      assert.doesNotMatch(problem ?? "", /[\n\r\u202e\u200b\0]/);
    }),
  ));
