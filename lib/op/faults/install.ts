/** Puts faults into an OP from outside: what is healthy knows nothing of them. */
import type { Configuration } from "oidc-provider";
import { ConfigError } from "#lib/config/env.ts";
import type { OpConfig } from "#lib/config/op-config.ts";
import { html } from "#lib/ui/html.ts";
import type { Context, Next, OpenIdProvider, Surroundings } from "../open-id-provider.ts";
import { PAGES } from "../paths.ts";
import { faults as catalogue, problemWith } from "./catalogue.ts";
import type { Fault, Send } from "./fault.ts";
import { changeLogoutTokens } from "./logout-tokens.ts";

/** Those that are on.
 * @throws {ConfigError} if there is none of a name */
export function activeFaults({ OP_FAULTS: names }: OpConfig): Fault[] {
  const problem = problemWith(names);
  if (problem) throw new ConfigError(`OP_FAULTS: ${problem}`);
  return catalogue.filter(({ name }) => names.includes(name));
}

/** What has to be wrong before the library starts. */
export function breakConfiguration(configuration: Configuration, op: Surroundings): void {
  for (const { configure, deliver } of activeFaults(op.config)) {
    configure?.(configuration, op);
    if (!deliver) continue;
    const send = configuration.fetch as NonNullable<Configuration["fetch"]>;
    const sendOn: Send = ({ url, init }) => send(url, init as Parameters<typeof send>[1]);
    configuration.fetch = (url, init) =>
      init?.method === "POST"
        ? deliver({ url: String(url), init: init as RequestInit }, sendOn, op)
        : send(url, init);
  }
}

/** Everything else. Runs before the OP's own middleware is put in, so that this stands around it. */
export function installFaults(op: OpenIdProvider): void {
  const faults = activeFaults(op.config);
  op.log.warn(`broken on purpose by OP_FAULTS: ${faults.map(({ name }) => name).join(", ")}`);
  op.provider.use(banner(faults));
  changeLogoutTokens(op, faults);
  for (const { install, around } of faults) {
    install?.(op);
    if (around) op.provider.use((ctx: Context, next: Next) => around(op, ctx, next));
  }
}

/** On every page of the OP: nobody shall take it for a healthy one. */
function banner(faults: Fault[]) {
  const names = faults.map(({ name }) => html` <a href="${PAGES.faults}#${name}"><code>${name}</code></a>`);
  const note = html`<p class="note note-bad" role="alert" id="faults">Broken on purpose:${names}</p>`;
  return async (ctx: Context, next: Next): Promise<void> => {
    await next();
    if (typeof ctx.body === "string" && ctx.response.is("html")) {
      ctx.body = ctx.body.replace(/<main [^>]*>/, `$&\n${note}`);
    }
  };
}
