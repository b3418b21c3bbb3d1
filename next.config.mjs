// The image (Dockerfile) needs a self-contained folder; `next start` does not, and warns about one.
// biome-ignore lint/style/noProcessEnv: a switch of the build, no setting of the app
const standalone = process.env.NEXT_OUTPUT === "standalone";

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
  ],
  rewrites: async () => [{ source: "/:instance/assets/:path*", destination: "/assets/:path*" }],
};
