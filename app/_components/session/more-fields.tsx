import { implicitResponseTypes } from "#lib/rp/login/authorize-form.ts";
import { Choice, Field, type FieldsProps, Select } from "../fields.tsx";
import { ScopeField } from "./scope-field.tsx";

export interface MoreFieldsProps extends FieldsProps {
  /** The values of an untouched form. */
  usual: Record<string, string>;
  /** Whether an empty Client Secret stands for the configured one. */
  secretConfigured: boolean;
}

const names = [
  ...["client_secret", "scope", "response_type", "token_endpoint", "end_session_endpoint"],
  ...["check_session_iframe", "use_pkce", "code_challenge_method", "form_post", "acr_values"],
];

const browser = "code implicit hybrid";
const yesNo = { yes: "Yes", no: "No" };

/** The fields that the tutorial leaves as they are; unfolded if one of them is wrong or has an unusual value. */
export function MoreFields({ values, errors, usual, secretConfigured }: MoreFieldsProps) {
  const props = { values, errors };
  const unusual = names.some((name) => errors[name] || (values[name] ?? "") !== (usual[name] ?? ""));
  return (
    <details className="more sm:col-span-2" open={unusual}>
      <summary>
        More fields <span className="muted">filled in already: secret, scope, endpoints, PKCE</span>
      </summary>
      <div className="fields">
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
        <ScopeField value={values.scope ?? ""} error={errors.scope} />
        <Select
          {...props}
          name="response_type"
          label="Implicit Response Type"
          options={implicitResponseTypes}
          show="implicit"
          needs="openid"
        />
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
      </div>
    </details>
  );
}
