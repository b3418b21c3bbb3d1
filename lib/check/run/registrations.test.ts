import assert from "node:assert/strict";
import { it } from "node:test";
import type { ClientMetadata } from "#lib/oidc/client-metadata.ts";
import type { Driver, DriverContext } from "#lib/products/driver.ts";
import { registeringInTurn } from "./registrations.ts";

it("registers clients one after the other, also after one that was refused", async () => {
  const answers = [1, 2, 3].map(() => Promise.withResolvers<void>());
  const log: string[] = [];
  const driver = registeringInTurn({
    register: async ({ client_name: name }: ClientMetadata) => {
      log.push(`begins ${name}`);
      await answers[Number(name)]?.promise;
      log.push(`ends ${name}`);
      return { clientId: String(name), missing: [] };
    },
  } as unknown as Driver);
  const register = (client_name: string) =>
    driver.register?.({ client_name } as unknown as ClientMetadata, {} as DriverContext);
  const all = ["0", "1", "2"].map(register);
  answers[2]?.resolve(); // what was asked last may be answered first
  answers[1]?.resolve();
  answers[0]?.reject(new Error("refused"));
  const settled = await Promise.allSettled(all);
  assert.deepEqual(
    settled.map(({ status }) => status),
    ["rejected", "fulfilled", "fulfilled"],
  );
  assert.deepEqual(log, ["begins 0", "begins 1", "ends 1", "begins 2", "ends 2"]);
});

it("leaves a driver alone that registers no clients", () => {
  const driver = { name: "by hand" } as Driver;
  assert.equal(registeringInTurn(driver), driver);
});
