import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Response } from "@playwright/test";
import { answerLine } from "./browser-trace.ts";

const answer = (method: string, url: string, status: number, location?: string) =>
  ({
    request: () => ({ method: () => method }),
    url: () => url,
    status: () => status,
    headers: () => (location === undefined ? {} : { location }),
  }) as unknown as Response;

describe("an answer of the OP in evidence", () => {
  it("has its status and where it leads", () => {
    const redirect = answer("GET", "https://op.example/logout?state=s", 302, "/ask?state=s&key=k-1");
    assert.equal(
      answerLine(redirect),
      "GET https://op.example/logout: 302, Location: /ask?state=s&key=(left out)",
    );
    assert.equal(
      answerLine(answer("POST", "https://op.example/ask", 200)),
      "POST https://op.example/ask: 200",
    );
  });
});
