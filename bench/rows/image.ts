/** What the Dockerfile adds to its base image, without a Docker engine: the same files, as a compressed layer. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { CannotRun } from "#lib/cli/errors.ts";
import { endsWithParent } from "#lib/prepare/parent.mjs";
import type { Build, Context, Result, Row } from "../row.ts";

interface Size {
  build: string;
  /** Bytes, as a registry keeps them. */
  compressed: number;
  unpacked: number;
}

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export const image: Row = {
  name: "image",
  title: "The image's own files",
  run: async ({ builds, say }: Context): Promise<Result> => {
    const sizes: Size[] = [];
    for (const build of builds) {
      say(`  ${build.name}`);
      sizes.push(await sizeOf(build));
    }
    const [own, other] = sizes;
    return {
      tables: [
        {
          title: "Without the base image",
          head: ["Build", "compressed", "unpacked"],
          rows: sizes.map(({ build, compressed, unpacked }) => [build, mb(compressed), mb(unpacked)]),
        },
      ],
      reaches: [
        {
          what: "compressed, compared with the other build",
          ...{ bound: "at most", limit: 1, unit: "×" },
          measured: own && other && own.compressed / other.compressed,
        },
      ],
      notes: other ? [] : ["The reach is about the build before the optimizations: --compare 32c7aaa."],
      data: sizes,
    };
  },
};

/** Carries out the Dockerfile of a build in folders, with the tests' own program for that. */
async function sizeOf({ name, root }: Build): Promise<Size> {
  const scratch = mkdtempSync(path.join(tmpdir(), "bench-image-"));
  try {
    const program = pathToFileURL(path.join(root, "e2e", "compose", "dockerfile.ts"));
    const script = `const { buildImage } = await import(${JSON.stringify(program)});
      process.stdout.write((await buildImage(${JSON.stringify(scratch)})).root);`;
    const child = spawn(process.execPath, [...endsWithParent, "--input-type=module", "-e", script], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let folder = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      folder += text;
    });
    const [code] = await once(child, "close");
    if (code !== 0) throw new CannotRun(`The Dockerfile of ${name} cannot be carried out.`);
    const bytes = (command: string) => Number(execFileSync("sh", ["-c", command], { cwd: folder }));
    return { build: name, compressed: bytes("tar -cz . | wc -c"), unpacked: bytes("tar -c . | wc -c") };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
