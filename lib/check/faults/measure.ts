/** Measures which checks each fault turns red, and writes the result to docs/checking/faults.md.
 *
 * `node lib/check/faults/measure.ts [NAME…]`; default: the faults that have not been measured yet. */
import { faults } from "#lib/op/faults/catalogue.ts";
import type { Fault } from "#lib/op/faults/fault.ts";
import { catalogue } from "../catalogue/index.ts";
import { createOpMaker } from "./broken-op.ts";
import { readMeasured, writeMeasured } from "./table.ts";
import { closeBoth, launchBoth, verdictsOn, withWitnesses } from "./verdicts.ts";

/** Whether each mechanism works at all. */
const basics = ["R-01", "B-01", "F-01", "S-05"];
const workers = 3;

/** The critical and high checks of the fault's family, and the basic ones of the others. */
function checksFor({ family, check }: Fault): string[] {
  const grave = catalogue.filter(
    ({ id, severity }) => id.startsWith(family) && /critical|high/.test(severity),
  );
  return withWitnesses(check, ...basics, ...grave.map(({ id }) => id));
}

const names = process.argv.slice(2);
const measured = readMeasured();
const wanted = faults.filter(({ name }) => (names.length > 0 ? names.includes(name) : !(name in measured)));
const [maker, browsers] = await Promise.all([createOpMaker(), launchBoth()]);
for (const fault of wanted) {
  const op = await maker.start(fault.name);
  const unwell = async (ids: string[], workers: number): Promise<string[]> => {
    const results = await verdictsOn(op, ids, browsers, workers);
    return results
      .filter(({ verdict }) => verdict === "fail" || verdict === fault.verdict)
      .map(({ id }) => id);
  };
  const first = await unwell(checksFor(fault), workers);
  // A busy machine fails checks too: only those count that fail again on their own.
  measured[fault.name] = (await unwell(withWitnesses(...first), 1)).join(" ");
  writeMeasured(measured);
  process.stdout.write(`${fault.name}: ${measured[fault.name]}\n`);
  await op.close();
}
await closeBoth(browsers);
maker.clear();
writeMeasured(measured);
