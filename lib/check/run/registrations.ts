/** Registrations of a run, one after the other: some OPs fail if two come at the same time. */
import type { Driver, RegisteredClient } from "#lib/products/driver.ts";

/** The driver with a `register` that waits for the previous one to end, however that ends. */
export function registeringInTurn(driver: Driver): Driver {
  const { register } = driver;
  if (!register) return driver;
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...driver,
    register: (metadata, context): Promise<RegisteredClient> => {
      const mine = last.then(() => register.call(driver, metadata, context));
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
