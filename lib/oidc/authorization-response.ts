/** The authorization response of the three flows (Core 3.1.2.5, 3.2.2.5, 3.3.2.5). */
import { ProtocolError } from "./errors.ts";

export interface AuthorizationResponse {
  state?: string;
  iss?: string;
  code?: string;
  id_token?: string;
  access_token?: string;
  token_type?: string;
  expires_in?: string;
  session_state?: string;
  error?: string;
  error_description?: string;
  error_uri?: string;
}

const names = [
  "state",
  "iss",
  "code",
  "id_token",
  "access_token",
  "token_type",
  "expires_in",
  "session_state",
  "error",
  "error_description",
  "error_uri",
] as const satisfies (keyof AuthorizationResponse)[];

/** Reads the parameters; ignores unknown ones. None may occur twice (RFC 6749 3.1).
 * @throws {ProtocolError} `invalid_request` */
export function parseAuthorizationResponse(parameters: URLSearchParams): AuthorizationResponse {
  const response: AuthorizationResponse = {};
  for (const name of names) {
    const [value, ...more] = parameters.getAll(name);
    if (more.length > 0)
      throw new ProtocolError("invalid_request", `The authorization response has more than one ${name}.`, {
        help: "The OpenID Provider must send each parameter once (RFC 6749 3.1).",
      });
    if (value !== undefined) response[name] = value;
  }
  return response;
}

/** RFC 9207 2.4: the response, also an error, comes from the issuer that the request went to.
 * @param announced whether the OP declares that it sends `iss`
 * @throws {ProtocolError} `issuer_mismatch` */
export function checkIssuer(iss: string | undefined, issuer: string, announced: boolean): void {
  if (iss === undefined && !announced) return;
  if (iss === issuer) return;
  const problem =
    iss === undefined ? "has no iss, which this OpenID Provider declares to send" : `is from ${iss}`;
  throw new ProtocolError(
    "issuer_mismatch",
    `The authorization response ${problem}; the request went to ${issuer}.`,
    {
      help: "Start again from the app. If it happens again, it may be a mix-up attack (RFC 9207).",
    },
  );
}
