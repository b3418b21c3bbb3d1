import type { Metadata } from "next";
import { current } from "#lib/next/current.ts";
import { photosOf } from "#lib/rp/session/photos.ts";
import { LoggedInUser } from "../../_components/session/logged-in-user.tsx";
import { SessionEnded } from "../../_components/session/session-ended.tsx";

export const metadata: Metadata = { title: "My Photos" };

const photos = [
  { file: "harbour.svg", title: "Harbour at dusk" },
  { file: "ridge.svg", title: "Morning on the ridge" },
  { file: "market.svg", title: "Market day" },
];

/** GET /photos : what the import was for. */
export default async function PhotosPage({ params }: PageProps<"/[instance]/photos">) {
  const { rp, base, session: before } = await current(params, "/photos");
  const { album, session } = await photosOf(before, rp);
  return (
    <>
      <h1>My Photos</h1>
      <LoggedInUser session={session} base={base} />
      <SessionEnded session={session} base={base} />
      {"problem" in album ? (
        <p className="note note-warn" role="alert">
          {album.problem} <a href={`${base}/oauth2`}>Import Photos</a> to get an access token.
        </p>
      ) : (
        <section className="card">
          <p>
            Album of <b>{album.owner}</b>,{" "}
            {album.source === "userinfo"
              ? "read from the UserInfo endpoint with the access token."
              : "named in the ID Token: this grant returned no access token."}
          </p>
          <div className="grid gap-4 sm:grid-cols-3">
            {photos.map(({ file, title }) => (
              <figure key={file} className="flex flex-col gap-1">
                {/* biome-ignore lint/performance/noImgElement: a small local SVG, nothing to optimize */}
                <img
                  className="w-full rounded-lg"
                  src={`${base}/assets/photos/${file}`}
                  width={320}
                  height={220}
                  alt=""
                />
                <figcaption className="muted">{title}</figcaption>
              </figure>
            ))}
          </div>
        </section>
      )}
      <a className="btn self-start" href={`${base}/oauth2`}>
        Back
      </a>
    </>
  );
}
