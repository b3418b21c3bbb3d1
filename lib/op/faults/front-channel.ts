/** Faults of front-channel logout. */
import type { Context } from "../open-id-provider.ts";
import { changeFrames, changeText } from "./answers.ts";
import type { Fault } from "./fault.ts";
import { changeScript } from "./scripts.ts";

/** Changes the URLs of the frames. */
const withFrames = (change: (uri: string) => string): Pick<Fault, "around"> => ({
  around: async (_op, ctx, next) => {
    await next();
    await changeFrames(ctx, change);
  },
});

/** Changes the page that holds the frames. */
const withPage = (
  change: (page: string, ctx: Context) => string | Promise<string>,
): Pick<Fault, "around"> => ({
  around: async (_op, ctx, next) => {
    await next();
    const { body } = ctx;
    if (typeof body === "string" && body.includes('id="frontchannel-logout"'))
      ctx.body = await change(body, ctx);
  },
});

/** Appends to the script of that page. */
const withScript = (more: string): Pick<Fault, "around"> => ({
  around: async (_op, ctx, next) => {
    await next();
    await changeScript(ctx, "op/frontchannel-logout.js", (script) => script + more);
  },
});

const frame = /<iframe.*?<\/iframe>/gs;

export const frontChannel: readonly Fault[] = [
  {
    name: "frames-missing",
    family: "F",
    does: "The page after the logout says that the apps are being notified, but has no frames.",
    clause: "FCL 3",
    check: "F-01",
    ...withPage((page) => page.replace(frame, "")),
  },
  {
    name: "frame-without-session",
    family: "F",
    does: "An app that requires iss and sid gets neither and has to end every session of the browser.",
    clause: "FCL 2",
    check: "F-02",
    ...withFrames((uri) => uri.replace(/[?&](iss|sid)=[^&]*/g, "")),
  },
  {
    name: "frame-with-sid-alone",
    family: "F",
    does: "The frame URLs have a sid without the iss it belongs to.",
    clause: "FCL 2",
    check: "F-02",
    ...withFrames((uri) => uri.replace(/iss=[^&]*&/, "")),
  },
  {
    name: "frame-with-wrong-sid",
    family: "F",
    does: "The frame URLs have a sid that the app has never seen.",
    clause: "FCL 3",
    check: "F-03",
    ...withFrames((uri) => uri.replace(/([?&]sid=)[^&]*/, "$1of-another-session")),
  },
  {
    name: "frame-with-wrong-issuer",
    family: "F",
    does: "The iss in the frame URLs is the OP's origin, not its issuer.",
    clause: "FCL 3",
    check: "F-03",
    around: async ({ origin }, ctx, next) => {
      await next();
      await changeFrames(ctx, (uri) => uri.replace(/([?&]iss=)[^&]*/, `$1${encodeURIComponent(origin)}`));
    },
  },
  {
    name: "frame-loses-query",
    family: "F",
    does: "The frame URLs have iss and sid in place of the registered query.",
    clause: "FCL 2",
    check: "F-04",
    ...withFrames((uri) => {
      const url = new URL(uri);
      for (const name of [...url.searchParams.keys()])
        if (name !== "iss" && name !== "sid") url.searchParams.delete(name);
      return url.href;
    }),
  },
  {
    name: "frames-against-policy",
    family: "F",
    does: "The Content-Security-Policy of the OP's page allows no frames, so the browser loads none.",
    clause: "FCL 2",
    check: "F-05",
    ...withPage((page, ctx) => {
      const policy = ctx.response.get("Content-Security-Policy");
      ctx.set("Content-Security-Policy", policy.replace(/; frame-src [^;]*/, ""));
      return page;
    }),
  },
  {
    name: "frames-one-after-the-other",
    family: "F",
    does: "Each frame loads only after the previous one: one app that does not answer keeps the rest from being notified.",
    clause: "FCL 3",
    check: "F-06",
    around: async (_op, ctx, next) => {
      await next();
      await changeText(ctx, (page) => {
        let frames = 0;
        return page.replace(/(<iframe [^>]*)src=/g, (tag, before: string) =>
          frames++ === 0 ? tag : `${before}data-src=`,
        );
      });
      const chain = `logoutFrames.forEach((each, index) => {
  const following = logoutFrames[index + 1];
  if (following) each.addEventListener("load", () => { following.src ||= following.dataset.src; }, { once: true });
});`;
      await changeScript(ctx, "op/frontchannel-logout.js", (script) => script + chain);
    },
  },
  {
    name: "way-back-before-answers",
    family: "F",
    does: "The browser is sent back a moment after the page loads, whether or not the apps have answered.",
    clause: "FCL 3",
    check: "F-07",
    ...withScript("setTimeout(goOn, 250);"),
  },
  {
    name: "user-kept-by-broken-app",
    family: "F",
    does: "The OP first requests the apps' URLs itself; if one of them fails, the user cannot get back to the app.",
    clause: "FCL 3",
    check: "F-08",
    ...withPage(async (page) => {
      const sources = [...page.matchAll(/<iframe [^>]*src="([^"]*)/g)].map(([, src = ""]) => src);
      const answers = await Promise.all(sources.map(answersWell));
      if (answers.every(Boolean)) return page;
      return page.replace(/<script.*?<\/script>|<a [^>]*id="frontchannel-continue".*?<\/a>/gs, "");
    }),
  },
  {
    name: "app-name-as-markup",
    family: "F",
    does: "The name of an app is not escaped on the page that notifies the apps.",
    clause: "FCL 3",
    check: "F-10",
    ...withPage((page) =>
      page.replace(/title="Logout of [^"]*"/g, (title) =>
        title.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">"),
      ),
    ),
  },
  {
    name: "frame-of-another-origin",
    family: "F",
    does: "A front-channel logout URI is accepted at registration although no redirect URI has its origin.",
    clause: "FCL 2",
    check: "F-11",
    verdict: "warn",
    configure: ({ extraClientMetadata }) => {
      const validator = extraClientMetadata?.validator;
      if (!validator) throw new Error("no validator for client metadata");
      extraClientMetadata.validator = (ctx, name, value, metadata) =>
        name === "frontchannel_logout_uri"
          ? validator(ctx, name, value, { ...metadata, redirect_uris: [String(value)] })
          : validator(ctx, name, value, metadata);
    },
  },
  {
    name: "both-channels-cancel-each-other",
    family: "F",
    does: "An app that registers both logout URIs is notified through neither: each channel leaves it to the other.",
    clause: "RIL 2",
    check: "F-13",
    install: ({ store }) => {
      const take = store.takeSession;
      const hasBoth = (clientId: string) => {
        const client = store.find("Client", clientId);
        return client?.backchannel_logout_uri && client.frontchannel_logout_uri;
      };
      store.takeSession = (uid) => {
        const session = take.call(store, uid);
        const each = Object.entries(session?.authorizations ?? {});
        const told = Object.fromEntries(each.filter(([clientId]) => !hasBoth(clientId)));
        return session && { ...session, authorizations: told };
      };
    },
  },
  {
    name: "frames-sandboxed",
    family: "F",
    does: "The frames are sandboxed, so apps can use neither their cookies nor their scripts.",
    clause: "FCL 2",
    check: "F-14",
    ...withPage((page) => page.replaceAll("<iframe ", "<iframe sandbox ")),
  },
];

/** True for a good status without `X-Frame-Options`, and for a late answer. Fewer servers than browsers resolve
 * `*.localhost` (RFC 6761 6.3). */
async function answersWell(src: string): Promise<boolean> {
  const uri = new URL(src.replaceAll("&amp;", "&"));
  uri.hostname = uri.hostname.replace(/^.*\.localhost$/, "localhost");
  const response = await fetch(uri, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
  await response?.body?.cancel();
  return response === undefined || (response.ok && !response.headers.has("x-frame-options"));
}
