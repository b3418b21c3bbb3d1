/** What a page may know about its request: the instance, the base URL, the browser's RP session. */
import "server-only";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache } from "react";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { loopbackRedirect } from "#lib/rp/http.ts";
import type { RpSession } from "#lib/rp/model.ts";
import { baseUrlFor, canonicalBaseUrl, type RelyingParty } from "#lib/rp/relying-party.ts";
import { readSession } from "#lib/rp/session/session-cookie.ts";
import { relyingParty } from "./relying-party.ts";

export interface Current {
  rp: RelyingParty;
  base: string;
  session: RpSession | undefined;
}

/** For every page: answers 404 for another instance's name and redirects the app's other hosts to the right one.
 * @param path of the page below the instance */
export async function current(params: Promise<{ instance: string }>, path: string): Promise<Current> {
  const rp = relyingParty();
  if ((await params).instance !== rp.config.RP_NAME) notFound();
  return { rp, base: await base(rp, path), session: await currentSession() };
}

/** The RP session of the browser, read once per request. */
export const currentSession = cache(async () => readSession((await headers()).get("cookie"), relyingParty()));

/** The base URL that the browser uses, where the page does not redirect to it. */
export async function currentBase(): Promise<string> {
  const rp = relyingParty();
  try {
    return baseUrlFor(await headers(), rp);
  } catch (error) {
    if (error instanceof ProtocolError) return canonicalBaseUrl(rp);
    throw error;
  }
}

async function base(rp: RelyingParty, path: string): Promise<string> {
  const requestHeaders = await headers();
  try {
    return baseUrlFor(requestHeaders, rp);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const url = `http://localhost/${rp.config.RP_NAME}${path}`;
    const elsewhere = loopbackRedirect({ headers: requestHeaders, url }, rp)?.headers.get("location");
    return redirect((elsewhere ?? `${canonicalBaseUrl(rp)}${path}`) as never);
  }
}
