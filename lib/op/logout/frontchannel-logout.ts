/** OpenID Connect Front-Channel Logout 1.0, the OP's side: whom the user's browser is to tell, and at which address. */
import type { OpenIdProvider } from "../open-id-provider.ts";
import type { Participant } from "./end-session.ts";

/** A document of a Relying Party that ends its session when a browser loads it. */
export interface LogoutFrame {
  /** The app as people know it. */
  app: string;
  src: string;
}

/** The frames for those of an ended session's clients that have registered one. */
export async function logoutFrames(op: OpenIdProvider, participants: Participant[]): Promise<LogoutFrame[]> {
  const frames = await Promise.all(participants.map((participant) => logoutFrame(op, participant)));
  return frames.flat();
}

async function logoutFrame(op: OpenIdProvider, { clientId, sid }: Participant): Promise<LogoutFrame[]> {
  const client = await op.provider.Client.find(clientId).catch(() => undefined); // its stored metadata may be invalid
  const metadata = client?.metadata();
  const uri = metadata?.frontchannel_logout_uri;
  if (typeof uri !== "string") return [];
  const src = metadata?.frontchannel_logout_session_required ? withSession(uri, op.issuer, sid) : uri;
  return [{ app: client?.clientName ?? clientId, src }];
}

/** FCL 3: `iss` and `sid` are added both or neither; the query that the address was registered with stays as it is. */
function withSession(uri: string, issuer: string, sid: string): string {
  const query = `iss=${encodeURIComponent(issuer)}&sid=${encodeURIComponent(sid)}`;
  return `${uri}${uri.includes("?") ? "&" : "?"}${query}`;
}
