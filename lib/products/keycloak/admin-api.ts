/** Keycloak's admin REST API. */
import { z } from "zod";
import {
  type AdminAnswer,
  type AdminRequest,
  type Advice,
  administrator,
  askAdminApi,
  bodyOf,
  issuerParts,
} from "../admin-api.ts";
import type { DriverContext } from "../driver.ts";

export const productName = "Keycloak";

const tokens = z.object({ access_token: z.string() });

const administratorAdvice = "Pass an administrator of the master realm with --admin NAME:PASSWORD.";
const advice: Advice = {
  401: administratorAdvice,
  403: `This user lacks the rights in this realm. ${administratorAdvice}`,
};

/** Sends a request to the API of the realm. Access tokens live for a minute: each request gets its own.
 * @param path below the realm
 * @throws {import("#lib/cli/errors.ts").CannotRun} */
export async function askRealm(
  context: DriverContext,
  path: string,
  request: Omit<AdminRequest, "headers"> = {},
): Promise<AdminAnswer> {
  const [base, realm] = partsOf(context);
  const headers = { authorization: `Bearer ${await accessToken(context, base)}` };
  const url = `${base}/admin/realms/${realm}${path}`;
  return askAdminApi(context, url, { ...request, headers, advice: { ...advice, ...request.advice } });
}

async function accessToken(context: DriverContext, base: string): Promise<string> {
  const { name: username, password } = administrator(context, productName);
  const answer = await askAdminApi(context, `${base}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    form: { grant_type: "password", client_id: "admin-cli", username, password },
    expected: [200],
    // 400 is for an account that is not fully set up.
    advice: { ...advice, 400: administratorAdvice },
  });
  return bodyOf(answer, tokens, productName).access_token;
}

const issuerShape = /^(https?:\/\/.+)\/realms\/([^/]+)$/;

const partsOf = ({ issuer }: DriverContext): [base: string, realm: string] => {
  const [base = "", realm = ""] = issuerParts(issuer, issuerShape, productName, "/realms/NAME");
  return [base, realm];
};

/** Whether the issuer has the shape of a Keycloak realm's. */
export const isIssuer = (issuer: string): boolean => issuerShape.test(issuer);
