import { relyingParty } from "#lib/next/relying-party.ts";

export default function NotFound() {
  const { RP_NAME } = relyingParty().config;
  return (
    <section className="card">
      <h1>Page not found</h1>
      <p>
        This app's start page is <a href={`/${RP_NAME}/`}>/{RP_NAME}/</a>.
      </p>
    </section>
  );
}
