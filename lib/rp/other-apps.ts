/** The other apps of the playground, which pages lead to (`OTHER_APPS`). */
import type { RpConfig } from "#lib/config/rp-config.ts";

export interface OtherApp {
  name: string;
  home: string;
}

/** Each of them at the address that belongs to the browser's: on the same origin if it answers there, else at the same
 * place in its list. */
export function otherApps(
  base: string,
  { config }: { config: Pick<RpConfig, "RP_BASE_URLS" | "OTHER_APPS"> },
): OtherApp[] {
  const { origin } = new URL(base);
  const place = config.RP_BASE_URLS.indexOf(base);
  return [...Map.groupBy(config.OTHER_APPS, nameOf)].map(([name, urls]) => {
    const url = urls.find((each) => new URL(each).origin === origin) ?? urls[place] ?? urls[0];
    return { name, home: `${url}/` };
  });
}

const nameOf = (url: string): string => new URL(url).pathname.split("/").at(-1) ?? "";
