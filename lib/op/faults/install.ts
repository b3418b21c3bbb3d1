/** Installs faults in an OP from outside: the healthy code does not know about them. */
import type { Configuration } from "oidc-provider";
import { ConfigError } from "#lib/config/env.ts";
import type { OpConfig } from "#lib/config/op-config.ts";
import { html } from "#lib/ui/html.ts";
import type { Context, Next, OpenIdProvider, Surroundings } from "../open-id-provider.ts";
import { pagePaths } from "../paths.ts";
import { faults as catalogue, problemWith } from "./catalogue.ts";
import type { Fault, Send } from "./fault.ts";
import { changeLogoutTokens } from "./logout-tokens.ts";

/** The faults that are on.
 * @throws {ConfigError} for an unknown name */
function activeFaults({ OP_FAULTS: names }: OpConfig): Fault[] {
  const problem = problemWith(names);
  if (problem) throw new ConfigError(`OP_FAULTS: ${problem}`);
  return catalogue.filter(({ name }) => names.includes(name));
}

/** Installs what must be in place before the library is created. */
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

/** Installs everything else, before the OP's own middleware, in order to wrap it. */
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

/** On every page, so that a broken OP is not mistaken for a healthy one. */
function banner(faults: Fault[]) {
  const names = faults.map(
    ({ name }) => html` <a href="${pagePaths.faults}#${name}"><code>${name}</code></a>`,
  );
  const note = html`<p class="note note-bad" role="alert" id="faults">Broken on purpose:${names}</p>`;
  return async (ctx: Context, next: Next): Promise<void> => {
    await next();
    if (typeof ctx.body === "string" && ctx.response.is("html")) {
      ctx.body = ctx.body.replace(/<main [^>]*>/, `$&\n${note}`);
    }
  };
}
