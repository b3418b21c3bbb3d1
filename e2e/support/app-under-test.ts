/** The setup of most contract tests: the running app, and a test issuer. */
import { after } from "node:test";
import { type RpProcess, startRp } from "./rp-process.ts";
import { TestIssuer } from "./test-issuer.ts";

export interface AppUnderTest {
  issuer: TestIssuer;
  rp: RpProcess;
}

/** Starts both, and stops them after the tests of the file.
 * @param settings environment variables of the app, overriding the tests' defaults */
export async function appUnderTest(settings: Record<string, string> = {}): Promise<AppUnderTest> {
  const issuer = await TestIssuer.start();
  after(() => issuer.down());
  const rp = await startRp({ OP_ISSUER: issuer.issuer, ALLOW_LOOPBACK: "true", ...settings });
  after(() => rp.stop());
  return { issuer, rp };
}
