import type { Metadata } from "next";
import { type Current, current } from "#lib/next/current.ts";
import { relyingParty } from "#lib/next/relying-party.ts";
import { clientsAt } from "#lib/rp/clients.ts";
import { formValues } from "#lib/rp/login/form-values.ts";
import { type IdTokenHints, idTokenHints } from "#lib/rp/logout/id-token-hint.ts";
import { latestLogoutRequests } from "#lib/rp/logout/latest-requests.ts";
import { usualChoice } from "#lib/rp/logout/logout-choice.ts";
import { endsEverywhere } from "#lib/rp/logout/logout-request.ts";
import type { Login } from "#lib/rp/model.ts";
import { canonicalBaseUrl } from "#lib/rp/relying-party.ts";
import { LogoutPanel } from "../../_components/logout/logout-panel.tsx";
import { LogoutRequests } from "../../_components/logout/logout-requests.tsx";
import { ProviderProblem } from "../../_components/provider-problem.tsx";
import { AuthorizeForm } from "../../_components/session/authorize-form.tsx";
import { LoggedInUser } from "../../_components/session/logged-in-user.tsx";
import { SignInWithNextAuth, SignOutWithNextAuth } from "../../_components/session/next-auth-buttons.tsx";
import { SessionEnded } from "../../_components/session/session-ended.tsx";
import { AccessTokenView, IdTokenView } from "../../_components/session/token-view.tsx";

export const metadata: Metadata = { title: "Import Photos" };

/** GET /oauth2 : the authorize form, or the tokens of the login. */
export default async function OAuth2Page({ params, searchParams }: PageProps<"/[instance]/oauth2">) {
  const { error } = await searchParams;
  const here = await current(params, "/oauth2");
  const { rp, base, session } = here;
  const [app, home] = [`/${rp.config.RP_NAME}`, canonicalBaseUrl(rp)];
  const tokens = session?.login?.tokens ?? session?.tokens;
  const since = session?.login?.since ?? 0;
  const latest = await latestLogoutRequests(rp);
  const requests = latest.filter(({ at }) => at >= since);
  return (
    <>
      <h1>Import Photos</h1>
      <LoggedInUser session={session} base={base} newest={latest[0]?.seq ?? 0} />
      <SessionEnded session={session} base={base} />
      {tokens && (
        <div className="row">
          {session?.login && <LogoutButtons action={`${base}/logout`} login={session.login} />}
          {session?.login?.signedInBy === "next-auth" && (
            <SignOutWithNextAuth app={app} then={`${home}/signout`} />
          )}
          <a className="btn" href={`${base}/photos`}>
            My Photos
          </a>
          <PostButton action={`${base}/reset`} label="Reset Session" />
        </div>
      )}
      {tokens && <LogoutRequests events={requests} session={session} />}
      {session?.login?.endSessionEndpoint && <ByHand base={base} login={session.login} />}
      {session?.login && <IdTokenView login={session.login} />}
      {tokens ? <AccessTokenView tokens={tokens} /> : <Form {...here} error={error} />}
      {!tokens && <LogoutRequests events={requests} session={session} />}
    </>
  );
}

async function LogoutButtons({ action, login }: { action: string; login: Login }) {
  const provider = relyingParty().trustedProvider(login.iss);
  const everywhere =
    provider && login.endSessionEndpoint && (await endsEverywhere(provider).catch(() => false));
  return (
    <>
      <PostButton action={action} label="Log out here only" scope="here" />
      {everywhere && <PostButton action={action} label="Log out everywhere" scope="everywhere" />}
    </>
  );
}

/** While the OP is down, the panel lacks only the encrypted hints. */
async function ByHand({ base, login }: { base: string; login: Login }) {
  const { usual, values } = await idTokenHints(login, relyingParty()).catch(() => noHints);
  const { parameters } = usualChoice(login, values[usual], base, crypto.randomUUID());
  return (
    <LogoutPanel
      action={`${base}/logout`}
      endpoint={login.endSessionEndpoint}
      hints={values}
      initial={parameters}
    />
  );
}

const noHints: IdTokenHints = { usual: "signed", values: {} };

function PostButton({ action, label, scope }: { action: string; label: string; scope?: string }) {
  return (
    <form method="post" action={action}>
      {scope && <input type="hidden" name="scope" value={scope} />}
      <button type="submit" className="btn">
        {label}
      </button>
    </form>
  );
}

/** Why next-auth returned without a session, unless the registry gave a better reason. */
const nextAuthErrors: Record<string, string> = {
  OAuthSignin:
    "next-auth could not start the sign-in. Check that the OpenID Provider is running and that OP_ISSUER is its issuer.",
  OAuthCallback:
    "next-auth rejected the OpenID Provider's response, or the sign-in was denied. The server log has the reason.",
  Callback: "next-auth could not complete the sign-in. The server log has the reason.",
};

async function Form({ rp, base, session, error }: Current & { error: unknown }) {
  const { values, usual, problem } = await formValues(session?.form?.values, base, rp);
  const clients = await clientsAt(rp.provider, rp);
  return (
    <>
      {problem && <ProviderProblem problem={problem} base={base} />}
      {!session?.form?.errors[""] && typeof error === "string" && (
        <p className="note note-bad" role="alert">
          {nextAuthErrors[error] ?? `next-auth reported: ${error}`}
        </p>
      )}
      <AuthorizeForm
        action={`${base}/authorize`}
        clientIds={clients.map(({ clientId }) => clientId)}
        publicClientId={rp.config.PUBLIC_CLIENT_ID}
        secretConfigured={clients.some(({ clientSecret }) => clientSecret)}
        values={values}
        usual={usual}
        errors={session?.form?.errors ?? {}}
      />
      <div className="row">
        <SignInWithNextAuth app={`/${rp.config.RP_NAME}`} back={`${canonicalBaseUrl(rp)}/oauth2`} />
        <a className="btn" href={`${base}/registration`}>
          Registration of this app
        </a>
        <PostButton action={`${base}/reset`} label="Reset Session" />
      </div>
    </>
  );
}
