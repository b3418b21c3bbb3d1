/** Keeps an ended session ended for requests that read it earlier. */
import type Provider from "oidc-provider";
import { errors } from "oidc-provider";
import { type OpStore, SessionEnded } from "./store/op-store.ts";

/** A session under a new identifier; the library's types do not list the old one. */
type Renewed = InstanceType<Provider["Session"]> & { oldId?: string | undefined };

/** The library saves the session last, after it has issued codes and tokens. A client saved before the session's end is
 * in the row that is read to notify the clients; a later one gets an error instead of the response, and its grants are
 * revoked. So no client can join without being notified. */
export function keepSessionsEnded(provider: Provider, store: OpStore): void {
  const { prototype } = provider.Session;
  const save = prototype.save;
  prototype.save = async function (this: Renewed, ttl) {
    const { oldId } = this;
    // The library would remove the row of the old identifier first: if this process ended in between, the session would
    // be gone and no client notified.
    if (oldId) this.oldId = undefined;
    try {
      const saved = await save.call(this, ttl);
      if (oldId) store.destroy("Session", oldId);
      return saved;
    } catch (error) {
      if (!(error instanceof SessionEnded)) throw error;
      Object.assign(this, { destroyed: true }); // the library's own flag, or it would save the session again
      store.revokeGrants(this.authorizations);
      throw new errors.LoginRequired("the session was ended while this request was in progress");
    }
  };
}
