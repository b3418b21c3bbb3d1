import type { Metadata } from "next";
import { type Current, current } from "#lib/next/current.ts";
import { formValues } from "#lib/rp/authorize-form.ts";
import { defaultChoice } from "#lib/rp/logout-choice.ts";
import { AuthorizeForm } from "../../_components/authorize-form.tsx";
import { LoggedInUser } from "../../_components/logged-in-user.tsx";
import { LogoutPanel } from "../../_components/logout-panel.tsx";
import { SessionEnded } from "../../_components/session-ended.tsx";
import { AccessTokenView, IdTokenView } from "../../_components/token-view.tsx";

export const metadata: Metadata = { title: "Import Photos" };

/** GET /oauth2 : the authorize form, or what the login brought. */
export default async function OAuth2Page({ params }: PageProps<"/[instance]/oauth2">) {
  const here = await current(params, "/oauth2");
  const { base, session } = here;
  const tokens = session?.login?.tokens ?? session?.tokens;
  return (
    <>
      <h1>Import Photos</h1>
      <SessionEnded session={session} />
      <LoggedInUser session={session} base={base} />
      <div className="row">
        {session?.login && <PostButton action={`${base}/logout`} label="Logout" primary />}
        {tokens && (
          <a className="btn" href={`${base}/photos`}>
            My Photos
          </a>
        )}
        <PostButton action={`${base}/reset`} label="Reset Session" />
      </div>
      {session?.login?.endSessionEndpoint && (
        <LogoutPanel
          action={`${base}/logout`}
          endpoint={session.login.endSessionEndpoint}
          idToken={session.login.tokens.idToken ?? ""}
          initial={defaultChoice(session.login, base, crypto.randomUUID()).parameters}
        />
      )}
      {session?.login && <IdTokenView login={session.login} />}
      {tokens ? <AccessTokenView tokens={tokens} /> : <Form {...here} />}
    </>
  );
}

function PostButton({ action, label, primary }: { action: string; label: string; primary?: boolean }) {
  return (
    <form method="post" action={action}>
      <button type="submit" className={primary ? "btn btn-primary" : "btn"}>
        {label}
      </button>
    </form>
  );
}

async function Form({ rp, base, session }: Current) {
  const { values, problem } = await formValues(session?.form?.values, base, rp);
  const { CLIENT_ID, PUBLIC_CLIENT_ID, CLIENT_SECRET } = rp.config;
  return (
    <>
      {problem && (
        <p className="note note-bad" role="alert">
          {problem.message} {problem.help}
        </p>
      )}
      <AuthorizeForm
        action={`${base}/authorize`}
        clientIds={[CLIENT_ID, PUBLIC_CLIENT_ID].filter((id) => id !== undefined && id !== "") as string[]}
        secretConfigured={Boolean(CLIENT_SECRET)}
        values={values}
        errors={session?.form?.errors ?? {}}
      />
    </>
  );
}
