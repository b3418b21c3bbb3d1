/** Which logout mechanisms this app takes part in, and POST /mechanisms, which chooses them. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { assertSameOrigin, type Endpoint, readForm, seeOther } from "./http.ts";
import { type Mechanism, mechanisms } from "./model.ts";
import { baseUrlFor, type RelyingParty } from "./relying-party.ts";

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

/** The form's fields `mechanism` are the ones to be on; none of them means none. */
export const chooseMechanisms: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  assertSameOrigin(request, base);
  const chosen = (await readForm(request)).getAll("mechanism");
  const unknown = chosen.find((name) => !(mechanisms as readonly string[]).includes(name));
  if (unknown !== undefined) {
    const help = `Choose of ${mechanisms.join(", ")}.`;
    throw new ProtocolError("invalid_request", `There is no mechanism ${unknown}.`, { help });
  }
  const active = mechanisms.filter((name) => chosen.includes(name));
  await rp.store.saveMechanisms(active);
  await rp.record({ type: "mechanisms_chosen", data: { mechanisms: active } });
  return seeOther(`${base}/`);
};
