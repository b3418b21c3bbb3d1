import type { Route } from "next";
import { permanentRedirect } from "next/navigation";
import { relyingParty } from "#lib/next/relying-party.ts";

/** The root of the port redirects to the app. */
export default async function Root() {
  permanentRedirect(`/${relyingParty().config.RP_NAME}/` as Route);
}
