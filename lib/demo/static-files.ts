/** Static files of the front door's own pages, which must look right while an app is down. */
import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../public/assets/", import.meta.url));

const types: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
};

export type Responder = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers `/assets/…`: files of a known type below the folder; `missing` answers all others. */
export function asset(pathname: string, missing: Responder): Responder {
  const name = decode(pathname.slice("/assets/".length));
  const file = name === undefined ? folder : path.resolve(folder, name);
  const type = types[path.extname(file)];
  if (!type || !file.startsWith(folder)) return missing;
  return (request, response) => {
    const content = createReadStream(file);
    content.once("error", () => missing(request, response));
    content.once("open", () => {
      const headers = {
        "content-type": type,
        "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
      };
      response.writeHead(200, headers);
      // The browser may disconnect halfway.
      pipeline(content, response, () => undefined);
    });
  };
}

function decode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text);
    return decoded.includes("\0") ? undefined : decoded;
  } catch {
    return undefined;
  }
}
