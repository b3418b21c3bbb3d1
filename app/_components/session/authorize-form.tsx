import { grantTypes } from "#lib/rp/login/authorize-form.ts";
import { Field, Select } from "../fields.tsx";
import { MoreFields, type MoreFieldsProps } from "./more-fields.tsx";

interface AuthorizeFormProps extends MoreFieldsProps {
  action: string;
  /** This app's clients, the default one first. */
  clientIds: readonly string[];
  /** Client ID of this app's public client. */
  publicClientId: string | undefined;
}

/** The tutorial's form: first the fields that it names, in its order, then the button, then all others, folded. CSS alone
 * decides which fields show, so it works without scripts. */
export function AuthorizeForm(form: AuthorizeFormProps) {
  const { action, clientIds, publicClientId, values, errors } = form;
  const props = { values, errors };
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
      <Field
        {...props}
        name="client_id"
        label="Client ID"
        list={clientIds}
        hint={publicClientId && `${publicClientId} is this app's public client.`}
      />
      <p className="note note-warn sm:col-span-2" data-warning="password">
        RFC 9700 forbids this grant: the app sees the password. It is here because old apps still use it.
      </p>
      <p className="note note-warn sm:col-span-2" data-warning="implicit">
        RFC 9700 advises against access tokens in the authorization response: they leak through the URL and
        the browser history.
      </p>
      <Field {...props} name="username" label="Resource Owner User Name" show="password" />
      <Field {...props} name="password" label="Resource Owner Password" type="password" show="password" />
      <Field {...props} name="redirect_uri" label="Callback URL" type="url" show="code implicit hybrid" />
      <Field
        {...props}
        name="authorization_endpoint"
        label="Authorize Endpoint"
        type="url"
        show="code implicit hybrid"
      />
      <div className="row sm:col-span-2">
        <button type="submit" className="btn btn-primary">
          Authorize
        </button>
      </div>
      {errors.endpoints && <WaysOut problem={errors.endpoints} />}
      <MoreFields {...form} />
    </form>
  );
}

/** What to do about an endpoint that is not at the OP. */
function WaysOut({ problem }: { problem: string }) {
  return (
    <div className="note note-bad sm:col-span-2" role="alert">
      {problem}
      <div className="row">
        <button type="submit" className="btn" name="endpoints" value="discovered">
          Use the discovered endpoint
        </button>
        <button type="submit" className="btn" name="endpoints" value="entered">
          Send the request there anyway
        </button>
      </div>
    </div>
  );
}
