/** Links resolve, every page is reachable, and the README stays short. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";

const root = path.join(import.meta.dirname, "../..");
const index = "docs/README.md";
const pages = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "findings/README.md",
  ...globSync("docs/**/*.md", { cwd: root }).sort(),
];
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

interface Link {
  /** As in the page. */
  written: string;
  /** Path from the repository's root; the page itself for `#anchor`. */
  file: string;
  anchor: string;
}

/** Links and pictures of a page that stay within the repository. Skips code, which may look like a link. */
function relativeLinks(page: string): Link[] {
  const text = withoutFences(read(page)).replaceAll(/(`+)[^`]+?\1/g, "");
  const inline = [...text.matchAll(/\]\(\s*<?([^\s)>]*)>?(?:\s+"[^"]*")?\s*\)/g)];
  const references = [...text.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/gm)];
  return [...inline, ...references]
    .map(([, written = ""]) => written)
    .filter((written) => !/^[a-z][a-z0-9+.-]*:/i.test(written))
    .map((written) => {
      const [target = "", anchor = ""] = written.split("#");
      const file = target === "" ? page : path.join(path.dirname(page), decodeURIComponent(target));
      return { written, file, anchor };
    });
}

const withoutFences = (text: string): string => text.replaceAll(/^( *)(```+|~~~+).*?^\1\2 *$/gms, "");

/** The anchors that GitHub generates for a page's headings. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutFences(read(page)).matchAll(/^#{1,6} +(.+?)(?: +#+)?$/gm)) {
    const words = heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{M}\p{N}_ -]/gu, "").replaceAll(" ", "-");
    let [anchor, count] = [slug, 0];
    while (anchors.has(anchor)) {
      count += 1;
      anchor = `${slug}-${count}`;
    }
    anchors.add(anchor);
  }
  return anchors;
}

/** @returns the problem with a link, or undefined */
function problemWith({ written, file, anchor }: Link): string | undefined {
  if (file.startsWith("..")) return `${written} leaves the repository`;
  if (!existsSync(path.join(root, file))) return `${written}: ${file} does not exist`;
  if (anchor && !(file.endsWith(".md") && anchorsOf(file).has(anchor)))
    return `${written}: ${file} has no heading #${anchor}`;
  return undefined;
}

/** All files that can be reached by following links; a link to a folder leads to its README.md. */
function reachableFrom(start: string): Set<string> {
  const seen = new Set([start]);
  for (const page of seen) {
    if (!page.endsWith(".md") || !existsSync(path.join(root, page))) continue;
    for (const { file } of relativeLinks(page)) {
      const isFolder = statSync(path.join(root, file), { throwIfNoEntry: false })?.isDirectory();
      seen.add(isFolder ? path.join(file, "README.md") : file);
    }
  }
  return seen;
}

describe("documentation", () => {
  test("every relative link resolves to a file, and its anchor to a heading", () => {
    const links = pages.flatMap((page) => relativeLinks(page).map((link) => ({ page, link })));
    assert.ok(links.length > 100, `${links.length} links`);
    const problems = links
      .map(({ page, link }) => [page, problemWith(link)])
      .filter(([, problem]) => problem);
    assert.deepEqual(problems, []);
  });

  test(`every file below docs/ is reachable from ${index}`, () => {
    const reachable = reachableFrom(index);
    const files = globSync("docs/**/*.*", { cwd: root });
    assert.ok(files.length > 100, `${files.length} files`);
    assert.deepEqual(
      files.filter((file) => !reachable.has(file)),
      [],
    );
  });

  test("the README has at most 900 words", () => {
    const words = read("README.md").split(/\s+/).filter(Boolean).length;
    assert.ok(words <= 900, `${words} words`);
  });

  test("every npm script that a page names exists", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const page of pages) {
      const named = [...read(page).matchAll(/\bnpm run ([a-z][\w-]*(?::[\w-]+)*)/g)].map(
        ([, name = ""]) => name,
      );
      if (page === "README.md") assert.ok(named.length > 0);
      for (const name of named) assert.ok(Object.hasOwn(scripts, name), `${page}: npm run ${name}`);
    }
  });
});
