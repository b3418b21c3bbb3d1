/** Conventions that no test of behaviour checks. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { opSettings } from "#lib/config/op-config.ts";
import { rpSettings } from "#lib/config/rp-config.ts";
import { endpoints, pages } from "#lib/rp/routes.ts";
import { outcomeTable } from "../specs/third-party-cookies.ts";

const sources = globSync("{app,bench,lib,bin,e2e}/**/*.{ts,tsx,mjs}", {
  exclude: (name) => name.includes("node_modules"),
});
const read = (file: string) => readFileSync(file, "utf8");
const settings = [...Object.keys(rpSettings.shape), ...Object.keys(opSettings.shape)];

describe("settings", () => {
  test("are all in .env.example, and no others", () => {
    const named = read(".env.example").match(/^[A-Z_]+(?==)/gm) ?? [];
    assert.deepEqual([...new Set(named)].sort(), [...new Set(settings)].sort());
  });

  test("are described in docs/apps/settings.md as in the schema", () => {
    const page = read("docs/apps/settings.md");
    for (const [name, field] of [...Object.entries(rpSettings.shape), ...Object.entries(opSettings.shape)]) {
      const described = (field as { description?: string }).description;
      assert.ok(described, `${name} has a description`);
      const row = `| \`${name}\` | ${described} |`;
      assert.ok(page.includes(row), `docs/apps/settings.md: ${row}`);
    }
  });
});

test("docs/walkthrough/third-party-cookies.md contains the table that the browser tests verify", () => {
  const page = read("docs/walkthrough/third-party-cookies.md");
  assert.ok(page.includes(`\n\n${outcomeTable()}\n\n`), outcomeTable());
});

describe("the routes of an app", () => {
  const segmentsOf = (file: string) =>
    globSync(`app/[[]instance]/**/${file}`).map((found) => path.relative("app/[instance]", found).split("/"));

  test("list the pages in the folder app", () => {
    const found = segmentsOf("page.tsx").map((segments) => segments.slice(0, -1).join("/"));
    assert.deepEqual(found.sort(), [...pages].sort());
  });

  test("list the endpoints in the folder app", () => {
    const found = new Set(segmentsOf("route.ts").map(([first]) => first));
    found.delete("[...missing]");
    assert.deepEqual([...found].sort(), [...endpoints].sort());
  });

  test("let the proxy run for every page, and for no endpoint", () => {
    const [, matcher] = /matcher: (\[.*\])/.exec(read("proxy.ts")) ?? [];
    const named = pages.filter((page) => page !== "").join("|");
    const encoded = "/((?!_next/).*%.*)";
    assert.deepEqual(JSON.parse(matcher ?? ""), ["/", "/:instance", `/:instance/(${named})`, encoded]);
  });
});

describe("sources", () => {
  test("contain no server functions: each would be a public POST endpoint", () => {
    for (const file of sources) assert.doesNotMatch(read(file), /^\s*["']use server["']/m, file);
  });

  test("never use Link: its prefetch would call an endpoint without a click", () => {
    for (const file of sources) assert.doesNotMatch(read(file), /from "next\/link"/, file);
  });

  test("turn foreign values into text with foreignText: String fails on an object with an odd toString", () => {
    const reading = globSync("lib/{oidc,rp,op}/**/*.ts", {
      exclude: (name) => /(^|\/)(faults|testing)(\/|$)|\.test\.ts$/.test(name),
    });
    for (const file of reading) {
      // What the library has parsed from a query is text.
      const found = read(file)
        .replaceAll("String(params", "")
        .match(/.*\bString\(.*/g);
      if (!["accounts.ts", "id-token.ts"].includes(path.basename(file))) assert.equal(found, null, file);
    }
  });

  test("have at most 300 lines per file", () => {
    for (const file of sources) assert.ok(read(file).split("\n").length <= 301, file);
  });

  for (const folder of ["", "e2e/support/sdk-apps/", "bench/peers/"]) {
    test(`${folder}package-lock.json lists the packages of every platform, or npm ci refuses it`, () => {
      type Entry = { optionalDependencies?: Record<string, string> };
      const { packages } = JSON.parse(read(`${folder}package-lock.json`)) as {
        packages: Record<string, Entry>;
      };
      for (const [name, { optionalDependencies = {} }] of Object.entries(packages)) {
        for (const dependency of Object.keys(optionalDependencies)) {
          const places = [`node_modules/${dependency}`, `${name}/node_modules/${dependency}`];
          assert.ok(
            places.some((place) => place in packages),
            `${dependency}, an optional dependency of ${name}`,
          );
        }
      }
    });

    test(`every dependency of ${folder}package.json is pinned to one version`, () => {
      const { dependencies, devDependencies } = JSON.parse(read(`${folder}package.json`)) as Record<
        string,
        Record<string, string>
      >;
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        assert.match(version, /^(npm:[\w-]+@)?\d+\.\d+\.\d+$/, name);
      }
    });
  }
});
