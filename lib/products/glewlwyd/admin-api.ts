/** Glewlwyd's JSON API, as one signed-in user. */
import { type AdminRequest, askAdminApi, issuerParts } from "../admin-api.ts";
import type { DriverContext, User } from "../driver.ts";

export const productName = "Glewlwyd";

export interface Api {
  /** @param path below `/api`
   * @returns the body as JSON; undefined if it is empty */
  call(method: NonNullable<AdminRequest["method"]>, path: string, json?: object): Promise<unknown>;
}

/** Signs in, does `work`, signs out.
 * @throws {import("#lib/cli/errors.ts").CannotRun} */
export async function signedIn(
  origin: string,
  user: User,
  work: (api: Api) => Promise<unknown>,
  fetch = globalThis.fetch,
): Promise<void> {
  const cookies = new Map<string, string>();
  const api: Api = {
    call: async (method, path, json) => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const request = { method, headers: { cookie }, ...(json && { json }) };
      const answer = await askAdminApi({ fetch }, `${origin}/api${path}`, request);
      for (const line of answer.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (name !== undefined && value !== undefined) cookies.set(name, value);
      }
      return answer.body;
    },
  };
  await api.call("POST", "/auth/", { username: user.name, password: user.password });
  await work(api);
  await api.call("DELETE", "/auth/");
}

const issuerShape = /^(https?:\/\/.+)\/api\/[^/]+$/;

/** @throws {import("#lib/cli/errors.ts").CannotRun} if the issuer is not one of Glewlwyd */
export function originOf({ issuer }: Pick<DriverContext, "issuer">): string {
  const [origin = ""] = issuerParts(issuer, issuerShape, productName, "/api/PLUGIN");
  return origin;
}

/** Whether the issuer has the shape of Glewlwyd's. */
export const isIssuer = (issuer: string): boolean => issuerShape.test(issuer);
