/** What this app has recorded about back-channel logout, for the doctor to judge. */
import type { Evidence } from "#lib/doctor/checks/backchannel.ts";
import type { ProtocolEvent } from "../events.ts";
import { activeMechanisms } from "../mechanisms.ts";
import type { RelyingParty } from "../relying-party.ts";

/** The newest logout tokens and the newest return from a logout, by the event record. */
export async function evidenceOf(rp: RelyingParty): Promise<Evidence> {
  const { store } = rp;
  const [[token], [unverified], returns] = await Promise.all([
    store.listEvents("logout_token", 1),
    store.listEvents("logout_token_unverified", 1),
    store.listEvents("post_logout", 10),
  ]);
  const logout = returns.find(({ data }) => data.result === "logged_out");
  return {
    token: token && { at: token.at, error: errorOf(token) },
    unverified: unverified && { at: unverified.at, error: errorOf(unverified) ?? "" },
    logout: logout && { at: logout.at },
    off: !(await activeMechanisms(rp)).includes("back-channel"),
  };
}

const errorOf = ({ data }: ProtocolEvent<"logout_token" | "logout_token_unverified">): string | undefined =>
  "error" in data ? data.error : undefined;
