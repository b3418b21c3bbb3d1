/** What an OP has registered of a client, where its response to the registration does not say so. */
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { bounded } from "#lib/net/bounded-fetch.ts";
import type { ClientMetadata } from "./client-metadata.ts";
import type { Metadata } from "./provider.ts";
import { type ClientManagement, managementIn } from "./registration-management.ts";

type Json = Readonly<Record<string, unknown>>;

const largestAnswer = 256 * 1024;
/** Fields that OPs return beside the credentials, also those that return no other. */
const usual = ["client_name", "redirect_uris"];

export interface Proof {
  /** The response, with what was read back. */
  answer: Json;
  /** The fields that were not in the response, and how they are known. */
  known: ReadonlyMap<string, "read back" | "used">;
  /** Whether the OP reports what it has registered: then a missing field was ignored. */
  echoes: boolean;
}

interface Ways {
  provider: Metadata;
  fetch: Fetch;
  /** Seconds for each request. */
  timeout: number;
}

/** Reads the client back (RFC 7592 2.1) if fields are missing from the response, and tries the callbacks that are still
 * missing. */
export async function proofOf(asked: ClientMetadata, answer: Json, ways: Ways): Promise<Proof> {
  const fields = Object.keys(asked);
  const missing = fields.filter((field) => isAbsent(answer[field]));
  const management = managementIn(answer, ways.provider.issuer);
  const readBack = missing.length > 0 && management ? await read(management, answer, ways) : {};
  const whole = { ...answer, ...readBack };
  const known = new Map<string, "read back" | "used">(
    missing.filter((field) => !isAbsent(readBack[field])).map((field) => [field, "read back"]),
  );
  const echoes = fields.some((field) => !usual.includes(field) && !isAbsent(whole[field]));
  if (!echoes && isAbsent(whole.redirect_uris) && (await leadsBack(asked, whole, ways)))
    known.set("redirect_uris", "used");
  return { answer: whole, known, echoes };
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** Empty if the client cannot be read: its registration counts all the same. */
async function read(
  { uri, token }: ClientManagement,
  { client_id }: Json,
  { fetch, timeout }: Ways,
): Promise<Json> {
  try {
    const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
    const signal = AbortSignal.timeout(timeout * 1000);
    const response = await bounded(await fetch(uri, { headers, redirect: "manual", signal }), largestAnswer);
    const body = response.status === 200 ? Object(await response.json()) : {};
    return body.client_id === client_id ? body : {};
  } catch {
    return {};
  }
}

/** Whether the OP redirects to each callback: with an error, as no user is signed in (Core 3.1.2.6). */
async function leadsBack(asked: ClientMetadata, { client_id }: Json, { provider, fetch, timeout }: Ways) {
  const { authorization_endpoint: endpoint } = provider;
  if (endpoint === undefined || !URL.canParse(endpoint) || typeof client_id !== "string") return false;
  const callbacks = [asked.redirect_uris ?? []].flat().map(String);
  const redirects = await Promise.all(
    callbacks.map(async (callback) => {
      const url = new URL(endpoint);
      const parameters = {
        client_id,
        response_type: asked.response_types?.[0] ?? "code",
        redirect_uri: callback,
        scope: "openid",
        prompt: "none",
        state: crypto.randomUUID(),
        nonce: crypto.randomUUID(),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      const signal = AbortSignal.timeout(timeout * 1000);
      const response = await fetch(url.href, { redirect: "manual", signal }).catch(() => undefined);
      await response?.body?.cancel();
      return isBack(response?.headers.get("location") ?? "", callback);
    }),
  );
  return redirects.length > 0 && redirects.every(Boolean);
}

const isBack = (location: string, callback: string): boolean =>
  [callback, `${callback}?`, `${callback}#`].some((start, index) =>
    index === 0 ? location === start : location.startsWith(start),
  );
