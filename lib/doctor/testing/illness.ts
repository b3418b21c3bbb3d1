/** Tests of one form: an OP has one defect, which exactly one check must notice. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { CheckName, Finding, Result } from "../finding.ts";
import type { Patient } from "../patient.ts";
import { type PatientOp, patientOp, secret } from "./patient-op.ts";

export interface Illness {
  /** What is wrong. */
  name: string;
  make: (op: PatientOp) => void | Promise<void>;
  patient?: (op: PatientOp) => Partial<Patient>;
  check: CheckName;
  result: Result;
  found: RegExp;
  /** Other checks that must notice, too. */
  also?: CheckName[];
}

/** A test for each. */
export function itNotices(illnesses: readonly Illness[]): void {
  for (const { name, make, patient, check, result, found, also = [] } of illnesses) {
    it(`${name}: ${result}`, async () => {
      const op = await patientOp();
      try {
        await make(op);
        const findings = await op.examine(patient?.(op));
        const { [check]: noticed, ...others } = findings;
        assert.equal(noticed?.result, result, JSON.stringify(findings));
        assert.match(noticed.found, found);
        for (const each of Object.values(others) as Finding[])
          assert.equal(each.result === "problem", also.includes(each.check), JSON.stringify(each));
        assert.ok(!JSON.stringify(findings).includes(secret));
      } finally {
        await op.close();
      }
    });
  }
}
