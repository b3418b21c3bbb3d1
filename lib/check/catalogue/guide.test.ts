/** Keeps the pages in docs/checking/checks consistent with the catalogue. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { Check } from "../run/check.ts";
import { guideFolder, guideOf, sections, textsOf } from "./guide.ts";
import { catalogue } from "./index.ts";

const read = (name: string) => readFileSync(new URL(name, guideFolder), "utf8");

/** The first lines of a page. */
function head(check: Check): string {
  const facts = [
    `Clause: ${check.clause}`,
    `Severity: ${check.severity}`,
    ...(check.needs.length > 0 ? [`Needs: ${check.needs.join(", ")}`] : []),
    ...(check.eachCookieMode ? ["In both cookie modes"] : []),
    ...(check.alone ? ["Runs alone"] : []),
    ...(check.last ? ["Runs last"] : []),
  ];
  return `# ${check.id}: ${check.title}\n\n${facts.join(" · ")}\n\n`;
}

describe("the pages of the checks", () => {
  it("exist for every check and for nothing else", () => {
    const pages = readdirSync(guideFolder).filter((name) => name !== "README.md");
    assert.deepEqual(pages.sort(), catalogue.map(({ id }) => `${id}.md`).sort());
  });

  for (const check of catalogue) {
    it(`${check.id} agrees with the catalogue and has its three sections`, () => {
      const page = read(`${check.id}.md`);
      assert.equal(page.slice(0, head(check).length), head(check));
      const headings = page.match(/^## .*$/gm) ?? [];
      assert.deepEqual(
        headings,
        Object.values(sections).map((heading) => `## ${heading}`),
      );
      const guide = guideOf(check.id);
      for (const [name, text] of Object.entries(guide ?? { none: "" })) {
        assert.notEqual(text, "", `${check.id}: ${name}`);
      }
    });
  }

  it("cover each module of the OpenID Foundation's suite", () => {
    const rows = [...read("README.md").matchAll(/^\| `oidcc-[a-z-]+` \| (.*) \|$/gm)];
    assert.equal(rows.length, 17);
    const known = new Set(catalogue.map(({ id }) => id));
    const named = rows.flatMap(([, checks = ""]) => checks.match(/[A-Z]-\d\d/g) ?? []);
    assert.deepEqual(
      named.filter((id) => !known.has(id)),
      [],
    );
  });

  it("use absolute links only, because reports show their texts elsewhere", () => {
    for (const { id } of catalogue) {
      const links = [...read(`${id}.md`).matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target ?? "");
      for (const link of links) assert.match(link, /^https:\/\//, id);
    }
  });

  it("are listed in the index, in the order of the catalogue", () => {
    const rows = read("README.md").match(/^\| \[[A-Z]-.*$/gm);
    assert.deepEqual(
      rows,
      catalogue.map(
        ({ id, title, severity, clause }) => `| [${id}](${id}.md) | ${title} | ${severity} | ${clause} |`,
      ),
    );
  });
});

describe("a page", () => {
  it("yields its sections unchanged, with all paragraphs", () => {
    const page = "# X-01: x\n\n## What it proves\n\nOne.\n\nTwo.\n\n## How to fix it\n\n- three\n";
    assert.deepEqual(textsOf(page), { proves: "One.\n\nTwo.", impact: "", fix: "- three" });
  });

  it("is undefined if it does not exist", () => {
    assert.equal(guideOf("X-99"), undefined);
  });
});
