/** The part of WSO2 Identity Server's Application Management API that registration uses, in the shapes of its API
 * description and its own tests. */
import { type Answer, type Asked, type Json, type StandIn, standIn } from "../../testing/stand-in.ts";

export interface Application {
  id: string;
  name: string;
  oidc?: Json;
  [field: string]: unknown;
}

export interface Wso2 extends StandIn {
  issuer: string;
  applications: Application[];
}

const applicationsPath = "/api/server/v1/applications";
const problem = (status: number, code: string, description: string): Answer => ({
  status,
  json: { code, message: "The request was refused.", description, traceId: "5f0c" },
});

/** @param fault answers in place of the server */
export async function startWso2(
  options: Parameters<typeof standIn>[1] & { fault?: (asked: Asked) => Answer | undefined } = {},
): Promise<Wso2> {
  const applications: Application[] = [];
  const server = await standIn((asked, origin) => {
    const broken = options.fault?.(asked);
    if (broken) return broken;
    if (asked.url.pathname === "/oauth2/token/.well-known/openid-configuration") {
      return { status: 200, json: discovery(origin) };
    }
    if (asked.headers.authorization !== `Basic ${btoa("admin:admin")}`) return { status: 401 };
    return administer(asked, applications, origin);
  }, options);
  return { ...server, issuer: `${server.origin}/oauth2/token`, applications };
}

const discovery = (origin: string): Json => ({
  issuer: `${origin}/oauth2/token`,
  authorization_endpoint: `${origin}/oauth2/authorize`,
  token_endpoint: `${origin}/oauth2/token`,
  jwks_uri: `${origin}/oauth2/jwks`,
  end_session_endpoint: `${origin}/oidc/logout`,
  check_session_iframe: `${origin}/oidc/checksession`,
  response_types_supported: ["code", "id_token", "id_token token"],
  subject_types_supported: ["public", "pairwise"],
  id_token_signing_alg_values_supported: ["RS256"],
});

function administer(asked: Asked, applications: Application[], origin: string): Answer {
  const { method, url, body } = asked;
  const sent = body === "" ? {} : (JSON.parse(body) as Json);
  if (url.pathname === applicationsPath)
    return method === "POST" ? create(sent, applications, origin) : list(url, applications);
  const [, id, protocol] =
    /^\/api\/server\/v1\/applications\/([^/]+)(\/inbound-protocols\/oidc)?$/.exec(url.pathname) ?? [];
  const application = applications.find((each) => each.id === id);
  if (!application) return problem(404, "APP-60006", "Application cannot be found.");
  if (protocol) return method === "PUT" ? putProtocol(sent, application) : getProtocol(application);
  return method === "PATCH" ? patch(sent, application) : get(application);
}

function list(url: URL, applications: Application[]): Answer {
  const [, name] = /^name eq (.+)$/.exec(url.searchParams.get("filter") ?? "") ?? [];
  const found = applications.filter((each) => each.name === name).map(({ id, name }) => ({ id, name }));
  return {
    status: 200,
    json: { totalResults: found.length, startIndex: 1, count: found.length, applications: found },
  };
}

function create(sent: Json, applications: Application[], origin: string): Answer {
  const { name, inboundProtocolConfiguration, ...rest } = sent;
  const { oidc } = inboundProtocolConfiguration as { oidc: Json };
  const refused = refusedProtocol(oidc);
  if (refused) return refused;
  if (applications.some((each) => each.name === name))
    return problem(409, "APP-60007", `An application with the name: ${String(name)} already exists.`);
  const id = crypto.randomUUID();
  applications.push({ ...rest, id, name: String(name), oidc: { state: "ACTIVE", ...oidc } });
  return { status: 201, headers: { location: `${origin}${applicationsPath}/${id}` } };
}

function refusedProtocol(oidc: Json): Answer | undefined {
  if ((oidc.callbackURLs as string[]).length === 1) return undefined;
  return problem(
    501,
    "APP-65503",
    "Multiple callbacks for OAuth2 are not supported yet. Please use regex to define multiple callbacks.",
  );
}

/** It returns more of an application than it accepts. */
const get = ({ oidc: _oidc, ...application }: Application): Answer => ({
  status: 200,
  json: {
    ...application,
    advancedConfigurations: {
      ...(application.advancedConfigurations as Json),
      additionalSpProperties: [{ name: "isThirdParty", value: "false" }],
    },
  },
});

function patch(sent: Json, application: Application): Answer {
  if ("additionalSpProperties" in ((sent.advancedConfigurations ?? {}) as Json))
    return problem(400, "APP-60506", "additionalSpProperties cannot be changed.");
  Object.assign(application, sent);
  return { status: 200 };
}

const getProtocol = ({ oidc }: Application): Answer =>
  oidc ? { status: 200, json: oidc } : problem(404, "APP-60021", "Inbound protocol is not configured.");

function putProtocol(sent: Json, application: Application): Answer {
  const refused = refusedProtocol(sent);
  if (refused) return refused;
  if (application.oidc && application.oidc.clientId !== sent.clientId)
    return problem(400, "APP-60501", "clientId cannot be changed.");
  application.oidc = sent;
  return { status: 200 };
}
