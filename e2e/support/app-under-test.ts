/** What most contract tests begin with: the running app, and an issuer that the test plays itself. */
import { after } from "node:test";
import { type RpProcess, startRp } from "./rp-process.ts";
import { TestIssuer } from "./test-issuer.ts";

export interface AppUnderTest {
  issuer: TestIssuer;
  rp: RpProcess;
}

/** Starts both, and ends them after the tests of the file.
 * @param settings of the app over the defaults of a test */
export async function appUnderTest(settings: Record<string, string> = {}): Promise<AppUnderTest> {
  const issuer = await TestIssuer.start();
  after(() => issuer.down());
  const rp = await startRp({ OP_ISSUER: issuer.issuer, ALLOW_LOOPBACK: "true", ...settings });
  after(() => rp.stop());
  return { issuer, rp };
}
