import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutQuery } from "./stuck.ts";

test("an address is shown without query, fragment and credentials", () => {
  const cases: [url: string, shown: string][] = [
    ["https://user:secret@op.example/a/b?code=c#token=t", "https://op.example/a/b"],
    ["http://localhost:9443/?x", "http://localhost:9443/"],
    ["about:blank", "about:blank"],
    ["data:text/html,x?code=c", "data:text/html,x"],
    ["", ""],
  ];
  for (const [url, shown] of cases) assert.equal(withoutQuery(url), shown);
});
