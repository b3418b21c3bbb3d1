/** POST /mechanisms: chooses the logout mechanisms that this app takes part in. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { assertSameOrigin, type Endpoint, readForm, seeOther } from "../http.ts";
import { mechanisms } from "../model.ts";
import { baseUrlFor } from "../relying-party.ts";

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
