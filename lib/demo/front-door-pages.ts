/** The pages of the front door. */
import { appNames } from "#lib/config/apps.ts";
import { discoveryUrl } from "#lib/net/discovery-url.ts";
import { demoUsers } from "#lib/op/accounts.ts";
import { document, type Html, html } from "#lib/ui/html.ts";
import type { ReadyView, Running } from "./ready-view.ts";

export interface FrontDoorPage {
  title: string;
  body: Html;
  narrow?: boolean;
}

const separator = (index: number, count: number): string =>
  index === 0 ? "" : index === count - 1 ? " and " : ", ";

/** "a, b and c". */
const listed = (items: readonly Html[]): Html =>
  html`${items.map((item, index) => html`${separator(index, items.length)}${item}`)}`;

/** The whole document of a page. */
export const pageOf = ({ title, body, narrow = false }: FrontDoorPage): string =>
  document({
    title,
    body,
    narrow,
    brand: "Single Logout Playground",
    home: "/",
    accent: "slate",
    assets: "/assets",
  });

/** What runs where, who can sign in, and what to try first. */
export const readyPage = (view: ReadyView): FrontDoorPage => ({
  title: "Ready",
  body: html`<section class="flex flex-col gap-3">
<h1>Log in to each app, log out of one, and watch every session end.</h1>
<p>The sample Relying Parties share one OpenID Provider.</p>
<div class="row">${view.apps.map(({ name, home }) => html`<a class="btn btn-primary" href="${home}">Open ${name}</a>`)}</div>
</section>
${walkthrough(view)}
${processes(view)}
${provider(view)}
${commands(view)}`,
});

const walkthrough = ({
  apps: [first, ...others],
  embedded,
}: ReadyView): Html => html`<section class="card" aria-labelledby="walkthrough">
<h2 id="walkthrough">The walkthrough</h2>
<ol class="flex list-decimal flex-col gap-2 pl-5">
<li>Open <a href="${first?.home}">${first?.name}</a> and press the picture <b>Import Photos</b>.</li>
<li>Press <b>Authorize</b>, sign in${embedded ? html` as <code>admin</code> with password <code>admin</code>` : ""} and allow access. The app shows its ID Token and <b>Logged in user : ${embedded ? html`<code>admin</code>` : "you"}</b>.</li>
<li>Do the same in ${listed(others.map(({ name, home }) => html`<a href="${home}">${name}</a>`))}: you are signed in already, so there is no password prompt.</li>
<li>Press <b>Logout</b> in one app and answer <b>Yes</b> at the OpenID Provider.</li>
<li>Every app now shows <b>Logged in user : <code>null</code></b>, without a reload.</li>
</ol>
</section>`;

const processes = ({
  running,
  apps,
}: ReadyView): Html => html`<section class="card" aria-labelledby="processes">
<h2 id="processes">What runs where</h2>
<div class="overflow-x-auto"><table class="grid-table">
<thead><tr><th scope="col">Process</th><th scope="col">Address</th><th scope="col">State</th></tr></thead>
<tbody>${running.map(processRow)}</tbody>
</table></div>
<p class="muted">Each app answers here and on its own port: ${apps.map(({ home, ownHome }, index) => html`${index > 0 ? "; " : ""}<code>${home}</code> and <code>${ownHome}</code>`)}.</p>
</section>`;

const processRow = ({ name, what, address, state }: Running): Html => html`<tr>
<td><b>${name}</b><br><span class="muted">${what}</span></td>
<td><a class="mono underline" href="${address}">${address}</a></td>
<td><span class="badge ${state === "ready" ? "badge-ok" : "badge-warn"}">${state}</span></td>
</tr>`;

const provider = ({
  issuer,
  embedded,
  apps,
}: ReadyView): Html => html`<section class="card" aria-labelledby="provider">
<h2 id="provider">The OpenID Provider</h2>
<table class="grid-table"><tbody>
<tr><th scope="row">Issuer</th><td class="mono">${issuer}</td></tr>
${apps.map(({ name, client }) => html`<tr><th scope="row">Client of ${name}</th><td class="mono">${client}</td></tr>`)}
${embedded ? html`<tr><th scope="row">Users</th><td>${users}</td></tr>` : ""}
</tbody></table>
<div class="row">
<a class="btn" href="${discoveryUrl(issuer)}">Discovery document</a>
${embedded ? html`<a class="btn" href="${new URL("/sessions", issuer).href}">Sessions at the OP</a>` : ""}
</div>
</section>`;

const users = html`${demoUsers.map(
  ({ username, password }) =>
    html`<div>name <code>${username}</code>, password <code>${password}</code></div>`,
)}`;

const commands = ({ embedded }: ReadyView): Html => html`<section class="card" aria-labelledby="commands">
<h2 id="commands">More commands</h2>
<table class="grid-table"><tbody>
${embedded ? command("npm run demo -- --issuer URL", "the same apps with your own OpenID Provider") : ""}
${embedded ? command("npm run demo -- --https", "the OpenID Provider on https, with a self-signed certificate") : ""}
${command("npm run demo -- --cross-site", "each app at a host of its own, to show what third-party cookies do")}
${command("npm run demo -- --fresh", "deletes keys, clients and sessions first")}
${command("npm run demo -- --help", "every flag")}
${command("Ctrl-C", "in the terminal: stops everything")}
</tbody></table>
</section>`;

const command = (text: string, what: string): Html =>
  html`<tr><td><code>${text}</code></td><td>${what}</td></tr>`;

/** The process behind a path does not answer. */
export const downPage = ({ name, port }: { name: string; port: number }): FrontDoorPage => ({
  title: `${name} does not answer`,
  narrow: true,
  body: html`<h1>${name} does not answer</h1>
<div class="note note-bad"><p>Nothing answers on port ${port}, where <b>${name}</b> should run.</p>
<p>The terminal of <code>npm run demo</code> shows why, in the lines that begin with <code>[${name}]</code>.</p></div>
<p><a href="/">What runs where</a></p>`,
});

/** No app or page has this path. */
export const notFoundPage = (pathname: string): FrontDoorPage => ({
  title: "Page not found",
  narrow: true,
  body: html`<h1>Page not found</h1>
<p>No page has the path <code>${pathname}</code>. The apps are at ${listed(appNames.map((name) => html`<a href="/${name}/">/${name}/</a>`))}.</p>`,
});

/** The request names another host. */
export const wrongHostPage = (origin: string): FrontDoorPage => ({
  title: "Unknown host",
  narrow: true,
  body: html`<h1>Unknown host</h1>
<p>The playground is at <a href="${origin}/">${origin}/</a>.</p>`,
});
