import type { Metadata } from "next";
import { connection } from "next/server";
import type { ReactNode } from "react";
import { relyingParty } from "#lib/next/relying-party.ts";

export async function generateMetadata(): Promise<Metadata> {
  await connection();
  const { RP_NAME } = relyingParty().config;
  return { title: { default: RP_NAME, template: `%s · ${RP_NAME}` } };
}

/** The shell of every page; lib/ui/html.ts has the same for documents outside React.
 * One build serves every instance, so nothing is rendered before a request comes. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  await connection();
  const { RP_NAME, RP_ACCENT } = relyingParty().config;
  return (
    <html lang="en" data-accent={RP_ACCENT}>
      <head>
        <link rel="stylesheet" href={`/${RP_NAME}/assets/playground.css`} />
        <link rel="icon" href={`/${RP_NAME}/assets/icon.svg`} type="image/svg+xml" />
      </head>
      <body>
        <header className="topbar">
          <div className="topbar-in">
            <a className="brand" href={`/${RP_NAME}/`}>
              {RP_NAME}
            </a>
          </div>
        </header>
        <main className="page">{children}</main>
      </body>
    </html>
  );
}
