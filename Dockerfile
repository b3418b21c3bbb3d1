# One image for both Relying Parties (the default command), the embedded OpenID Provider and the registration;
# docker-compose.yml has the other commands. At run time only /data is written to.

# The same Node as in package.json.
FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app

# The Relying Parties: Next copies only the modules that they import.
FROM base AS build
COPY package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY . .
RUN NEXT_OUTPUT=standalone node bin/slo-playground.mjs build
RUN mkdir data

# The OpenID Provider and `register` run from source, as in development: a bundle would save some 15 MB, but add a tool
# whose output is not tested. They need none of the packages of the pages.
FROM base AS packages
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund
RUN npm uninstall --no-save --omit=dev --omit=optional next next-auth react react-dom iron-session @redis/client

FROM base
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1
# Less memory, as in lib/demo/plans.ts.
ENV NODE_OPTIONS=--max-semi-space-size=4 MALLOC_ARENA_MAX=2
# Docker sets HOSTNAME to the container's name, and Next would listen only there.
ENV HOSTNAME=0.0.0.0
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/.next/standalone ./
COPY --from=build /app/.next/static ./.next/static
COPY --from=build /app/public ./public
COPY bin/healthcheck.mjs ./bin/healthcheck.mjs
COPY lib ./lib
# A volume mounted here inherits the owner.
COPY --from=build --chown=node:node /app/data /data
USER node
HEALTHCHECK --interval=5s --timeout=6s --start-period=60s CMD ["node", "bin/healthcheck.mjs"]
CMD ["node", "server.js"]
