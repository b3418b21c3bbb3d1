/** A session that has ended stays so for the requests that read it before. */
import type Provider from "oidc-provider";
import { errors } from "oidc-provider";
import { type OpStore, SessionEnded } from "./store/op-store.ts";

/** The library saves the session last, after it has made codes and tokens. Whoever has saved it before its end is in
 * the row that is read to notify the clients; whoever comes later gets an error in place of the response, and what
 * was made for it is taken back. So nobody can join unheard. */
export function keepSessionsEnded(provider: Provider, store: OpStore): void {
  const { prototype } = provider.Session;
  const save = prototype.save;
  prototype.save = async function (ttl) {
    try {
      return await save.call(this, ttl);
    } catch (error) {
      if (!(error instanceof SessionEnded)) throw error;
      Object.assign(this, { destroyed: true }); // the library's own mark, or it would save the session once more
      store.revokeGrants(this.authorizations);
      throw new errors.LoginRequired("the session was ended while this request was under way");
    }
  };
}
