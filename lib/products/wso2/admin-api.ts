/** The APIs of WSO2 Identity Server for its administrators. */
import {
  type AdminAnswer,
  type AdminRequest,
  administrator,
  askAdminApi,
  basicAuthorization,
  issuerParts,
} from "../admin-api.ts";
import type { DriverContext } from "../driver.ts";

export const productName = "WSO2 Identity Server";

const issuerShape = /^(https?:\/\/.+)\/oauth2\/(?:token|oidcdiscovery)$/;

/** Sends a request.
 * @param path below the server, or the tenant
 * @throws {import("#lib/cli/errors.ts").CannotRun} */
export async function askServer(
  context: DriverContext,
  path: string,
  request: Omit<AdminRequest, "headers"> = {},
): Promise<AdminAnswer> {
  const headers = basicAuthorization(administrator(context, productName));
  const [base] = issuerParts(context.issuer, issuerShape, productName, "/oauth2/token");
  return askAdminApi(context, `${base}${path}`, { ...request, headers });
}

/** Whether the issuer has the shape of WSO2 Identity Server's. */
export const isIssuer = (issuer: string): boolean => issuerShape.test(issuer);
