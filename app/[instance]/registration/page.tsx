import type { Metadata } from "next";
import { type Current, current } from "#lib/next/current.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { defaultMethod, encryptionAlgorithms, encryptionMethods } from "#lib/oidc/jwe.ts";
import type { Metadata as ProviderMetadata } from "#lib/oidc/provider.ts";
import { countsOf } from "#lib/oidc/registration-report.ts";
import { isExpired } from "#lib/rp/clients.ts";
import type { RegisteredClient } from "#lib/rp/model.ts";
import { appToRegister, obstacleTo } from "#lib/rp/registration/registration.ts";
import { ProviderProblem } from "../../_components/provider-problem.tsx";
import { ByHand } from "../../_components/registration/register-by-hand.tsx";
import { RegistrationForm } from "../../_components/registration/registration-form.tsx";
import { RegistrationReportTable } from "../../_components/registration/registration-report.tsx";
import { LoggedInUser } from "../../_components/session/logged-in-user.tsx";

export const metadata: Metadata = { title: "Registration" };

/** GET /registration : this app's client, and a form that registers another. */
export default async function RegistrationPage({ params }: PageProps<"/[instance]/registration">) {
  const here = await current(params, "/registration");
  const { rp, base, session } = here;
  const client = await rp.store.readRegisteredClient(rp.provider.issuer);
  const forgotten = session?.form?.registration?.forgotten;
  return (
    <>
      <div className="flex flex-col gap-1">
        <h1>Registration</h1>
        <p className="muted">
          This app's client at <code>{rp.provider.issuer}</code>.
        </p>
      </div>
      {session?.login && <LoggedInUser session={session} base={base} />}
      {!client && forgotten && (
        <p className="note" role="status">
          {forgotten}
        </p>
      )}
      {client ? (
        <Registered
          client={client}
          expired={isExpired(client, rp)}
          accepted={rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG}
          base={base}
        />
      ) : (
        <Configured {...here} />
      )}
      <Registering {...here} replaced={client?.clientId} />
      <a className="btn self-start" href={`${base}/oauth2`}>
        Back
      </a>
    </>
  );
}

function Configured({ rp }: Current) {
  const { CLIENT_ID, CLIENT_SECRET } = rp.config;
  return (
    <section className="card" aria-labelledby="client">
      <h2 id="client">Current client</h2>
      {CLIENT_ID ? (
        <p>
          Client <code>{CLIENT_ID}</code>, {CLIENT_SECRET ? "with a secret" : "without a secret"}, as
          configured on the server.
        </p>
      ) : (
        <p>No client is configured on the server or registered here.</p>
      )}
    </section>
  );
}

interface RegisteredProps {
  client: RegisteredClient;
  expired: boolean;
  /** The signature algorithm that this app accepts. */
  accepted: string;
  base: string;
}

function Registered({ client, expired, accepted, base }: RegisteredProps) {
  const { alg, clientId, clientSecret, encryption, registeredAt, secretExpiresAt, report } = client;
  const counts = Object.entries(countsOf(report)).filter(([, count]) => count > 0);
  return (
    <section className="card" aria-labelledby="client">
      <h2 id="client">Current client</h2>
      <p>
        Client <code data-client-id>{clientId}</code>, {clientSecret ? "with a secret" : "without a secret"},
        registered here on {timeOf(registeredAt)}. ID Tokens are{" "}
        {encryption ? `encrypted: ${encryption.alg} with ${encryption.enc}.` : "not encrypted."}
      </p>
      {alg !== accepted && (
        <p className="note note-bad">
          The OpenID Provider will sign ID Tokens with {alg}, but this app accepts only {accepted}, so sign-in
          will fail. Set <code>ID_TOKEN_SIGNED_RESPONSE_ALG</code> to {alg}, or forget this registration.
        </p>
      )}
      {secretExpiresAt ? (
        <p className={expired ? "note note-bad" : "muted"}>
          Its secret {expired ? "expired" : "expires"} on {timeOf(secretExpiresAt * 1000)}.
          {expired && " The app uses the configured client again; register a new one."}
        </p>
      ) : null}
      <p>Requested fields: {counts.map(([result, count]) => `${count} ${result}`).join(", ")}.</p>
      <RegistrationReportTable report={report} />
      <form method="post" action={`${base}/register`}>
        <input type="hidden" name="action" value="forget" />
        <button type="submit" className="btn btn-danger">
          Forget this registration
        </button>
      </form>
    </section>
  );
}

const timeOf = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;

async function Registering({ rp, base, session, replaced }: Current & { replaced: string | undefined }) {
  const provider = await discovered(rp);
  if (provider instanceof ProtocolError) {
    return <ProviderProblem problem={provider} base={base} />;
  }
  const app = appToRegister(rp);
  const obstacle = obstacleTo(provider, rp);
  if (obstacle) return <ByHand obstacle={obstacle} app={app} provider={provider} />;
  const { values = {}, errors = {} } = session?.form?.registration ?? {};
  return (
    <RegistrationForm
      action={`${base}/register`}
      endpoint={provider.registration_endpoint ?? ""}
      app={app}
      provider={abilitiesOf(provider)}
      algorithms={encryptionAlgorithms}
      methods={encryptionMethods}
      hint={hintFor(provider)}
      replaced={replaced}
      values={{ id_token_encrypted_response_enc: defaultMethod, ...values }}
      errors={errors}
    />
  );
}

async function discovered(rp: Current["rp"]): Promise<ProviderMetadata | ProtocolError> {
  try {
    return await rp.provider.metadata();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

/** The only part of the discovery document that the form's preview needs. */
const abilitiesOf = ({
  response_types_supported,
  grant_types_supported,
  token_endpoint_auth_methods_supported,
}: ProviderMetadata) => ({
  ...(response_types_supported && { response_types_supported }),
  ...(grant_types_supported && { grant_types_supported }),
  ...(token_endpoint_auth_methods_supported && { token_endpoint_auth_methods_supported }),
});

/** The administrator of the demo's own OP is no secret. */
const hintFor = ({ issuer }: ProviderMetadata): string | undefined =>
  new URL(issuer).hostname === "localhost"
    ? "The administrator of the demo's own OpenID Provider is admin, password admin."
    : undefined;
