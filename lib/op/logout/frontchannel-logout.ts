/** OpenID Connect Front-Channel Logout 1.0, the OP's side: whom the user's browser is to tell, and at which address. */
import type { OpenIdProvider } from "../open-id-provider.ts";
import type { Participant } from "./end-session.ts";
import { withParameters } from "./registered-address.ts";

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
  // FCL 3: both or neither.
  const session = metadata?.frontchannel_logout_session_required ? { iss: op.issuer, sid } : {};
  return [{ app: client?.clientName ?? clientId, src: withParameters(uri, session) }];
}
