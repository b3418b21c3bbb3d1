// The image (Dockerfile) needs a self-contained folder; `next start` does not, and warns about one.
// biome-ignore lint/style/noProcessEnv: a switch of the build, no setting of the app
const standalone = process.env.NEXT_OUTPUT === "standalone";

// Only `npm run build` compresses the scripts (lib/prepare/compress.mjs).
// biome-ignore lint/style/noProcessEnv: likewise
const compressed = process.env.NEXT_BROTLI === "yes";
const scripts = {
  source: "/_next/static/:file(.*\\.js)",
  // Browsers ask for Brotli on https and on localhost; Next itself has only gzip.
  has: [{ type: /** @type {const} */ ("header"), key: "accept-encoding", value: ".*\\bbr\\b(?!;q=0).*" }],
};

/** @type {import("next").NextConfig} */
export default {
  ...(standalone && {
    output: "standalone",
    outputFileTracingRoot: import.meta.dirname,
    // It resizes pictures, which no page needs, and is as large as everything else together.
    outputFileTracingExcludes: { "*": ["node_modules/sharp/**", "node_modules/@img/**"] },
  }),
  poweredByHeader: false,
  typedRoutes: true,
  reactStrictMode: true,
  // `npm test` checks the types of everything, once; a demo need not wait for the tests' types.
  typescript: { ignoreBuildErrors: true },
  // Next bundles each of them once for pages and once more for route handlers, and then `instanceof` of their classes
  // fails across the two. Left to Node they are loaded once.
  serverExternalPackages: ["@redis/client", "jose", "jose-rsa1_5", "openid-client"],
  // The tutorial's URL is http://localhost:8080/playground2/ : no redirect may take the slash away.
  skipTrailingSlashRedirect: true,
  // One build serves every instance: static files live under /assets and are reached below the
  // instance's path, so that a reverse proxy has to route only /<instance>/* and /_next/*.
  headers: async () => [
    { source: "/:path*", headers: [{ key: "x-content-type-options", value: "nosniff" }] },
    ...(compressed ? [{ ...scripts, headers: [{ key: "content-encoding", value: "br" }] }] : []),
  ],
  rewrites: async () => ({
    beforeFiles: compressed ? [{ ...scripts, destination: "/_next/static/br/:file" }] : [],
    afterFiles: [{ source: "/:instance/assets/:path*", destination: "/assets/:path*" }],
    fallback: [],
  }),
};
