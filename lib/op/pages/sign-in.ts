/** The sign-in page. */
import { type Html, html } from "#lib/ui/html.ts";
import { authenticate, demoUsers } from "../accounts.ts";
import { formToken, requireFormToken } from "../csrf.ts";
import { readForm } from "../forms.ts";
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import { finish, interactionOf } from "./interaction.ts";
import { sendPage } from "./page.ts";

export async function showSignIn(op: OpenIdProvider, ctx: Context): Promise<void> {
  const interaction = await interactionOf(op, ctx, "login");
  const { login_hint: hint } = interaction.params;
  sendSignIn(ctx, formToken(op, ctx), {
    app: interaction.app,
    username: typeof hint === "string" ? hint : "",
  });
}

export async function submitSignIn(op: OpenIdProvider, ctx: Context): Promise<void> {
  const interaction = await interactionOf(op, ctx, "login");
  const form = await readForm(ctx);
  requireFormToken(op, ctx, form);
  if (form.get("action") === "cancel") {
    op.log.info(`sign-in for ${interaction.clientId} cancelled`);
    return finish(op, ctx, { error: "access_denied", error_description: "End User cancelled the sign-in" });
  }
  const user = signedInUser(op, form, interaction.clientId);
  if (user) return finish(op, ctx, { login: { accountId: user, amr: ["pwd"] } });
  sendSignIn(ctx, formToken(op, ctx), {
    app: interaction.app,
    username: form.get("username") ?? "",
    failed: true,
  });
}

/** @returns the username if the form's password is right */
export function signedInUser(op: OpenIdProvider, form: URLSearchParams, where: string): string | undefined {
  const user = authenticate(form.get("username") ?? "", form.get("password") ?? "");
  if (user) op.log.info(`${user.username} signed in for ${where}`);
  else op.log.warn(`sign-in for ${where} failed: wrong username or password`);
  return user?.username;
}

interface SignIn {
  /** The app that requests the sign-in, if any. */
  app?: string;
  username: string;
  failed?: boolean;
  /** The form's action; default: the page's own URL. */
  action?: string;
}

export function sendSignIn(ctx: Context, token: Html, signIn: SignIn): void {
  const { app, username, failed = false, action } = signIn;
  const body = html`
<section class="card">
  <h1>Sign In</h1>
  <p>${app ? html`<b>${app}</b> asks you to sign in.` : "Sign in to see your sessions."}</p>
  ${failed ? html`<p class="note note-bad" role="alert" id="sign-in-error">The username or the password is wrong.</p>` : ""}
  <form method="post" class="flex flex-col gap-4"${action ? html` action="${action}"` : ""}>
    ${token}
    <div class="field">
      <label for="username">Username</label>
      <input id="username" name="username" value="${username}" autocomplete="username" autocapitalize="none" spellcheck="false" required${username ? "" : html` autofocus`}>
    </div>
    <div class="field">
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required${failed ? html` aria-invalid="true" aria-describedby="sign-in-error"` : ""}${username ? html` autofocus` : ""}>
    </div>
    <div class="row">
      <button class="btn btn-primary">Sign In</button>
      ${app ? html`<button class="btn" name="action" value="cancel" formnovalidate>Cancel</button>` : ""}
    </div>
  </form>
</section>
<section class="card">
  <h2>Demo users</h2>
  <table class="grid-table">
    <thead><tr><th>Username</th><th>Password</th><th>Name</th></tr></thead>
    <tbody>${demoUsers.map(
      (user) => html`<tr><td><code>${user.username}</code></td><td><code>${user.password}</code></td>
        <td>${user.givenName} ${user.familyName}</td></tr>`,
    )}</tbody>
  </table>
</section>`;
  sendPage(ctx, { title: "Sign In", body, status: failed ? 401 : 200 });
}
