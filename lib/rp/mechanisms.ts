/** Which logout mechanisms this app takes part in. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { type Mechanism, mechanisms } from "./model.ts";
import type { RelyingParty } from "./relying-party.ts";

/** All of them, until somebody chooses. */
export const activeMechanisms = async (rp: RelyingParty): Promise<readonly Mechanism[]> =>
  (await rp.store.readMechanisms()) ?? mechanisms;

/** @throws {ProtocolError} `switched_off` */
export async function assertSwitchedOn(mechanism: Mechanism, rp: RelyingParty): Promise<void> {
  if ((await activeMechanisms(rp)).includes(mechanism)) return;
  throw new ProtocolError("switched_off", `This app has ${mechanism} logout switched off.`, {
    help: "Its start page switches it on again.",
  });
}
