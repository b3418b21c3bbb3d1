import { current } from "#lib/next/current.ts";
import { latestLogoutRequests } from "#lib/rp/logout/latest-requests.ts";
import { activeMechanisms } from "#lib/rp/mechanisms.ts";
import { LogoutRequests } from "../_components/logout/logout-requests.tsx";
import { MechanismSwitch } from "../_components/logout/mechanism-switch.tsx";
import { LoggedInUser } from "../_components/session/logged-in-user.tsx";
import { SessionEnded } from "../_components/session/session-ended.tsx";

/** GET / : where the tutorial starts. */
export default async function StartPage({ params }: PageProps<"/[instance]">) {
  const { rp, base, session } = await current(params, "/");
  const events = await latestLogoutRequests(rp);
  return (
    <>
      <div className="flex flex-col gap-1">
        <h1>{rp.config.RP_NAME}</h1>
        <p className="muted">
          A sample OpenID Connect Relying Party. Log in here and in another app, log out of one, and watch the
          other.
        </p>
      </div>
      <a
        className="card items-center gap-3 py-10 text-center text-ink no-underline hover:border-accent"
        href={`${base}/oauth2`}
      >
        {/* biome-ignore lint/performance/noImgElement: a small local SVG, nothing to optimize */}
        <img src={`${base}/assets/import.svg`} width={144} height={108} alt="" />
        <span className="text-lg font-semibold text-accent">Import Photos</span>
      </a>
      <LoggedInUser session={session} base={base} newest={events[0]?.seq ?? 0} />
      <SessionEnded session={session} base={base} />
      <LogoutRequests events={events} session={session} />
      <MechanismSwitch action={`${base}/mechanisms`} active={await activeMechanisms(rp)} />
      <p className="muted">
        Having trouble? <a href={`${base}/doctor`}>Doctor</a> checks this app and its OpenID Provider.
      </p>
    </>
  );
}
