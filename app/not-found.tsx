import { relyingParty } from "#lib/next/relying-party.ts";

export default function NotFound() {
  const { RP_NAME } = relyingParty().config;
  return (
    <section className="card">
      <h1>There is no such page</h1>
      <p>
        This app answers below <a href={`/${RP_NAME}/`}>/{RP_NAME}/</a>.
      </p>
    </section>
  );
}
