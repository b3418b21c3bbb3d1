import type { Metadata } from "next";
import { connection } from "next/server";
import type { ReactNode } from "react";
import { currentBase, currentSession } from "#lib/next/current.ts";
import { relyingParty } from "#lib/next/relying-party.ts";
import { otherApps } from "#lib/rp/other-apps.ts";
import { userState } from "#lib/rp/session/who-row.ts";

/** Without its store the app still has a shell: error.tsx says what is wrong. */
const shownSession = () => currentSession().catch(() => undefined);

/** A tab whose session has ended says so in its title, which shows in the background too. */
const titlePrefixes = { in: "", ended: "Logged out · ", out: "" };

export async function generateMetadata(): Promise<Metadata> {
  await connection();
  const { RP_NAME } = relyingParty().config;
  const before = titlePrefixes[userState(await shownSession())];
  return { title: { default: before + RP_NAME, template: `${before}%s · ${RP_NAME}` } };
}

/** The shell of every page; lib/ui/html.ts has the same for documents outside React.
 * One build serves every instance, so nothing is rendered before a request comes. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  await connection();
  const rp = relyingParty();
  const { RP_NAME, RP_ACCENT } = rp.config;
  const icon = userState(await shownSession()) === "ended" ? "icon-null.svg" : "icon.svg";
  const others = otherApps(await currentBase(), rp);
  return (
    <html lang="en" data-accent={RP_ACCENT}>
      <head>
        <link rel="stylesheet" href={`/${RP_NAME}/assets/playground.css`} />
        <link rel="icon" key={icon} href={`/${RP_NAME}/assets/${icon}`} type="image/svg+xml" />
      </head>
      <body>
        <header className="topbar">
          <div className="topbar-in">
            <a className="brand" href={`/${RP_NAME}/`}>
              {RP_NAME}
            </a>
            {others.length > 0 && (
              <nav className="links" aria-label="Other apps">
                {others.map(({ name, home }) => (
                  <a key={name} href={home}>
                    {name}
                  </a>
                ))}
              </nav>
            )}
          </div>
        </header>
        <main className="page">{children}</main>
      </body>
    </html>
  );
}
