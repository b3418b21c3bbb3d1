/** Which logout mechanisms this app takes part in. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type Mechanism, mechanismNames, mechanisms } from "#lib/oidc/mechanisms.ts";
import type { RelyingParty } from "./relying-party.ts";

/** All of them by default. */
export const activeMechanisms = async (rp: RelyingParty): Promise<readonly Mechanism[]> =>
  (await rp.store.readMechanisms()) ?? mechanismNames;

/** @throws {ProtocolError} `switched_off` */
export async function assertSwitchedOn(mechanism: Mechanism, rp: RelyingParty): Promise<void> {
  if ((await activeMechanisms(rp)).includes(mechanism)) return;
  throw new ProtocolError("switched_off", `This app has ${mechanisms[mechanism].name} switched off.`, {
    help: "Switch it on again on the start page.",
  });
}
