/** The part of Keycloak's admin REST API that registration uses. */
import { type Answer, type Asked, type Json, type StandIn, standIn } from "../../testing/stand-in.ts";

interface Keycloak extends StandIn {
  issuer: string;
  clients: Json[];
}

const clientsPath = "/admin/realms/playground/clients";

/** @param clients that exist at the start
 * @param fault answers in place of the server */
export async function startKeycloak({
  clients = [],
  fault,
  port,
}: {
  clients?: Json[];
  fault?: (asked: Asked) => Answer | undefined;
  port?: number;
} = {}): Promise<Keycloak> {
  const server = await standIn(
    (asked, origin) => {
      const broken = fault?.(asked);
      if (broken) return broken;
      const { what, headers } = asked;
      if (what === "GET /realms/playground/.well-known/openid-configuration")
        return { status: 200, json: { issuer: `${origin}/realms/playground` } };
      if (what === "POST /realms/master/protocol/openid-connect/token") return signIn(asked);
      if (headers.authorization !== "Bearer of-admin")
        return { status: 401, json: { error: "HTTP 401 Unauthorized" } };
      return administer(asked, clients, origin);
    },
    { port },
  );
  return { ...server, issuer: `${server.origin}/realms/playground`, clients };
}

function signIn({ body }: Asked): Answer {
  const { grant_type, client_id, username, password } = Object.fromEntries(new URLSearchParams(body));
  const ok =
    grant_type === "password" && client_id === "admin-cli" && username === "admin" && password === "admin";
  return ok
    ? { status: 200, json: { access_token: "of-admin", expires_in: 60 } }
    : { status: 401, json: { error: "invalid_grant", error_description: "Invalid user credentials" } };
}

function administer({ method, url, body }: Asked, clients: Json[], origin: string): Answer {
  if (url.pathname === clientsPath && method === "GET") {
    return {
      status: 200,
      json: clients.filter(({ clientId }) => clientId === url.searchParams.get("clientId")),
    };
  }
  const sent = JSON.parse(body) as Json;
  const index = clients.findIndex(({ id }) => url.pathname === `${clientsPath}/${String(id)}`);
  if (method === "PUT" && index !== -1) {
    clients[index] = sent;
    return { status: 204 };
  }
  if (method !== "POST" || url.pathname !== clientsPath)
    return { status: 404, json: { error: "Could not find client" } };
  if (clients.some(({ clientId }) => clientId === sent.clientId))
    return { status: 409, json: { errorMessage: `Client ${String(sent.clientId)} already exists` } };
  const id = crypto.randomUUID();
  clients.push({ ...sent, id });
  return { status: 201, headers: { location: `${origin}${clientsPath}/${id}` } };
}
