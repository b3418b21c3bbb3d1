/** A bad setting ends the process with one clear message before it listens: an exception in `register` would leave
 * a server running that answers 500 to everything. */
import "server-only";
import { relyingParty } from "./relying-party.ts";

try {
  const { config } = relyingParty();
  // biome-ignore lint/style/noProcessEnv: next-auth reads its own address from here alone
  process.env.NEXTAUTH_URL = `${config.RP_BASE_URLS[0]}/api/auth`;
} catch (error) {
  process.stderr.write(`This app cannot start.\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
