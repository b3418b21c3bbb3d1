/** OpenID Connect Front-Channel Logout 1.0, the OP's side: the URLs that the browser loads to notify the apps. */
import type { OpenIdProvider } from "../open-id-provider.ts";
import type { Participant } from "../store/stored-session.ts";
import { withParameters } from "./registered-address.ts";

/** A Relying Party's document that ends its session when a browser loads it. */
export interface LogoutFrame {
  /** The display name of the app. */
  app: string;
  src: string;
}

/** The frames for the clients of an ended session that registered a `frontchannel_logout_uri`. */
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
