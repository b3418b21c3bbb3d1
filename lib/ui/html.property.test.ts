/** What is interpolated into a document, as a browser's parser reads it back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { holds, oddText } from "#lib/net/testing/property.ts";
import { document, html } from "./html.ts";

type Node = DefaultTreeAdapterTypes.Node;

function* nodesOf(node: Node): Generator<Node> {
  yield node;
  if ("childNodes" in node) for (const child of node.childNodes) yield* nodesOf(child);
}

/** Elements with their attributes' names, and all texts and attribute values. */
function read(text: string) {
  const nodes = [...nodesOf(parse(text))];
  const elements = nodes.flatMap((node) =>
    "attrs" in node ? [`${node.nodeName} ${node.attrs.map(({ name }) => name).join(" ")}`] : [],
  );
  const values = nodes.flatMap((node) =>
    "attrs" in node ? node.attrs.map(({ value }) => value) : "value" in node ? [node.value] : [],
  );
  return { elements, values };
}

/** What survives UTF-8 and an HTML parser: one kind of line break, no NUL (HTML 13.2.3.5 and 13.2.5). */
const asRead = (text: string) =>
  text
    .toWellFormed()
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[\0\ufffd]/g, "");

const markup = fc.constantFrom(
  ...[
    "</title><script>",
    "\"><img src=x onerror='",
    "'>",
    "<!--",
    "]]>",
    "&lt;",
    "&#60;",
    "</p>",
    "<svg/onload=",
  ],
);
const value = fc.array(fc.oneof(markup, oddText(10)), { maxLength: 4 }).map((parts) => parts.join(""));

const shellOf = (text: string) =>
  document({
    title: text,
    brand: text,
    home: text,
    accent: "blue",
    assets: "/assets",
    links: [{ name: text, home: text }],
    body: html`<p title="${text}" class='${text}'>${text}</p>${[text].map((each) => html`<b>${each}</b>`)}`,
  });

test("for every value, the document has the same elements and attributes, and contains the value as text", (t) => {
  const { elements } = read(shellOf("plain"));
  return holds(
    t,
    fc.property(value, (text) => {
      const found = read(shellOf(text));
      assert.deepEqual(found.elements, elements);
      // Four times in attributes, and four times between tags.
      const same = found.values.filter((each) => asRead(each) === asRead(text));
      assert.ok(same.length >= (asRead(text) === "" ? 4 : 8), `${same.length} times`);
    }),
  );
});
