import { grantTypes, implicitResponseTypes } from "#lib/rp/login/authorize-form.ts";
import { Choice, Field, type FieldsProps, Select } from "../fields.tsx";
import { ScopeField } from "./scope-field.tsx";

interface AuthorizeFormProps extends FieldsProps {
  action: string;
  /** This app's clients, the default one first. */
  clientIds: readonly string[];
  /** Client ID of this app's public client. */
  publicClientId: string | undefined;
  /** The page where this app registers itself. */
  registrationPage: string;
  /** Whether an empty Client Secret stands for the configured one. */
  secretConfigured: boolean;
}

const browser = "code implicit hybrid";
const yesNo = { yes: "Yes", no: "No" };

/** The tutorial's form, label by label. CSS alone decides which fields show, so it works without scripts. */
export function AuthorizeForm(form: AuthorizeFormProps) {
  const { action, clientIds, publicClientId, registrationPage, secretConfigured, values, errors } = form;
  const props = { values, errors };
  const clientIdHint = (
    <>
      {publicClientId && `${publicClientId} is this app's public client. `}
      <a href={registrationPage}>Registration of this app</a>
    </>
  );
  const hasOpenid = (values.scope ?? "").split(" ").includes("openid");
  return (
    <form
      method="post"
      action={action}
      className="card fields authorize"
      data-openid={hasOpenid ? "yes" : "no"}
      noValidate
    >
      {errors[""] && (
        <p className="note note-bad sm:col-span-2" role="alert">
          {errors[""]}
        </p>
      )}
      <Select {...props} name="grant_type" label="Authorization Grant Type" options={grantTypes} />
      <p className="note note-warn sm:col-span-2" data-warning="password">
        RFC 9700 forbids this grant: the app sees the password. It is here because old apps still use it.
      </p>
      <Field {...props} name="client_id" label="Client ID" list={clientIds} hint={clientIdHint} />
      <Field
        {...props}
        name="client_secret"
        label="Client Secret"
        type="password"
        show="code hybrid client_credentials password"
        hint={
          secretConfigured
            ? "Leave empty to use the secret configured on the server for the client above."
            : "Leave empty for a public client."
        }
      />
      <Field {...props} name="username" label="Resource Owner User Name" show="password" />
      <Field {...props} name="password" label="Resource Owner Password" type="password" show="password" />
      <ScopeField value={values.scope ?? ""} error={errors.scope} />
      <Select
        {...props}
        name="response_type"
        label="Implicit Response Type"
        options={implicitResponseTypes}
        show="implicit"
        needs="openid"
      />
      <p className="note note-warn sm:col-span-2" data-warning="implicit">
        RFC 9700 advises against access tokens in the authorization response: they leak through the URL and
        the browser history.
      </p>
      <Field {...props} name="redirect_uri" label="Callback URL" type="url" show={browser} />
      <Field {...props} name="authorization_endpoint" label="Authorize Endpoint" type="url" show={browser} />
      <Field
        {...props}
        name="token_endpoint"
        label="Access Token Endpoint"
        type="url"
        show="code hybrid client_credentials password"
      />
      <Field
        {...props}
        name="end_session_endpoint"
        label="Logout Endpoint"
        type="url"
        show="code implicit hybrid password"
        needs="openid"
      />
      <Field
        {...props}
        name="check_session_iframe"
        label="Session Iframe Endpoint"
        type="url"
        show={browser}
        needs="openid"
      />
      <Choice {...props} name="use_pkce" label="Use PKCE" options={yesNo} show="code hybrid" />
      <Choice
        {...props}
        name="code_challenge_method"
        label="PKCE Challenge Method"
        options={{ S256: "S256", plain: "plain" }}
        show="code hybrid"
        needs="pkce"
      />
      <Choice {...props} name="form_post" label="Enable Form Post" options={yesNo} show="implicit hybrid" />
      <Field {...props} name="acr_values" label="Authentication Context Class/LoA" />
      <div className="row sm:col-span-2">
        <button type="submit" className="btn btn-primary">
          Authorize
        </button>
      </div>
    </form>
  );
}
