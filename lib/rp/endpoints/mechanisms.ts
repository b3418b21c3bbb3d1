/** POST /mechanisms: switches the logout mechanisms of this app on and off. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { mechanismNames } from "#lib/oidc/mechanisms.ts";
import { assertSameOrigin, type Endpoint, readForm, seeOther } from "../http.ts";
import { baseUrlFor } from "../relying-party.ts";

/** The form's `mechanism` fields are those to switch on. */
export const chooseMechanisms: Endpoint = async (request, rp) => {
  const base = baseUrlFor(request.headers, rp);
  assertSameOrigin(request, base);
  const chosen = (await readForm(request)).getAll("mechanism");
  const unknown = chosen.find((name) => !(mechanismNames as string[]).includes(name));
  if (unknown !== undefined) {
    const help = `Choose from ${mechanismNames.join(", ")}.`;
    throw new ProtocolError("invalid_request", `Unknown mechanism: ${unknown}.`, { help });
  }
  const active = mechanismNames.filter((name) => chosen.includes(name));
  await rp.store.saveMechanisms(active);
  await rp.record({ type: "mechanisms_chosen", data: { mechanisms: active } });
  return seeOther(`${base}/`);
};
