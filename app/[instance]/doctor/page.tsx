import type { Metadata } from "next";
import { examineDelivery } from "#lib/doctor/checks/backchannel.ts";
import { discoveryUrl } from "#lib/net/discovery-url.ts";
import { current } from "#lib/next/current.ts";
import { lastExamination, patientOf } from "#lib/rp/examination.ts";
import { evidenceOf } from "#lib/rp/logout/delivery-evidence.ts";
import { clock } from "../../_components/clock.ts";
import { DoctorFindings } from "../../_components/doctor/doctor-findings.tsx";
import { FreshWhenSeen } from "../../_components/doctor/fresh-when-seen.tsx";
import { RunChecks } from "../../_components/doctor/run-checks.tsx";
import { LoggedInUser } from "../../_components/session/logged-in-user.tsx";

export const metadata: Metadata = { title: "Doctor" };

/** GET /doctor : the findings about this app and its OpenID Provider. It runs no checks: POST /examine does. */
export default async function DoctorPage({ params }: PageProps<"/[instance]/doctor">) {
  const { rp, base, session } = await current(params, "/doctor");
  const { issuer } = rp.provider;
  const delivery = examineDelivery(await patientOf(rp), await evidenceOf(rp), rp.now());
  const examination = await lastExamination(rp);
  return (
    <>
      <div className="flex flex-col gap-1">
        <h1>Doctor</h1>
        <p className="muted">
          Can this app and the OpenID Provider <code>{issuer}</code> work together? Every problem comes with
          its fix.
        </p>
      </div>
      {session?.login && <LoggedInUser session={session} base={base} />}
      <FreshWhenSeen />
      <RunChecks action={`${base}/examine`} />
      {examination && (
        <DoctorFindings
          heading={`${rp.config.RP_NAME} at ${issuer}`}
          at={clock(examination.at)}
          findings={[...examination.findings, delivery]}
          browser={{
            issuer,
            otherIssuer: examination.findings.some(
              ({ check, result }) => check === "issuer" && result !== "ok",
            ),
            discoveryUrl: discoveryUrl(issuer),
            health: `${base}/health`,
          }}
        />
      )}
      <section className="card" aria-labelledby="trial">
        <h2 id="trial">Does a logout token arrive?</h2>
        <p>
          Only a real logout token shows whether the OpenID Provider reaches this app. Sign in, press{" "}
          <b>Logout</b>, answer Yes, and return to this page.
        </p>
        <p className="note" data-delivery={delivery.result}>
          {delivery.found}
        </p>
        <a className="btn self-start" href={`${base}/oauth2`} target="_blank" rel="noopener">
          Try a real back-channel logout
        </a>
      </section>
      <a className="btn self-start" href={`${base}/`}>
        Start page
      </a>
    </>
  );
}
