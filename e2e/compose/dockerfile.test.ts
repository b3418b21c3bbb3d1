/** How the stages of a Dockerfile are built here. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { buildImage } from "./dockerfile.ts";

const folder = mkdtempSync(path.join(tmpdir(), "dockerfile-"));
const former = process.cwd();
after(() => {
  process.chdir(former);
  rmSync(folder, { recursive: true, force: true });
});

const dockerfile = `
FROM node AS base
WORKDIR /app
ENV GREETING=hello

FROM base AS one
RUN touch here; until [ -e ../../two/app/here ]; do sleep 0.05; done
RUN echo "$GREETING from one" > one.txt

FROM base AS two
RUN touch here; until [ -e ../../one/app/here ]; do sleep 0.05; done
RUN echo two > two.txt

FROM one
ENV MORE=1
COPY --from=two /app/two.txt ./copied.txt
CMD ["run", "it"]
`;

test("stages are built at the same time, and wait for those that they name", async () => {
  process.chdir(folder);
  writeFileSync("Dockerfile", dockerfile);
  mkdirSync("scratch");
  const image = await buildImage(path.resolve("scratch"));
  const textOf = (name: string) => readFileSync(path.join(image.root, image.workdir, name), "utf8");
  assert.equal(textOf("one.txt"), "hello from one\n");
  assert.equal(textOf("copied.txt"), "two\n");
  const { workdir, env, command, user } = image;
  assert.deepEqual(
    { workdir, env, command, user },
    { workdir: "/app", env: { GREETING: "hello", MORE: "1" }, command: ["run", "it"], user: "root" },
  );
});

test("a step that fails is named with its output", async () => {
  writeFileSync("Dockerfile", 'FROM node AS base\nRUN echo the reason; exit 3\nFROM base\nCMD ["x"]\n');
  mkdirSync("other");
  await assert.rejects(buildImage(path.resolve("other")), /RUN echo the reason; exit 3: 3\nthe reason/);
});
