# syntax=docker/dockerfile:1
# The image of sync-operator: one bundled file on Node, without npm packages, as a user without rights.
# CI here has no container engine, so this file is checked (test/install/image.test.ts) but not built there; docs/guides/image.md says how to build it.

# To pin by digest, give --build-arg NODE_IMAGE=node@sha256:...
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# The bundle is the same for every platform, so it is made once, on the builder's own.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY tools/build.ts tools/bundle.ts tools/
COPY src src
RUN npm run build

FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="sync-operator" \
      org.opencontainers.image.description="Keeps CData Sync in line with Kubernetes manifests" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Nothing but node is needed at run time: no package manager, so nothing of it to patch.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-*
COPY --chmod=0444 LICENSE /licenses/LICENSE
COPY --from=build --chmod=0444 /build/dist/main.js /app/main.mjs
COPY --from=build --chmod=0444 /build/dist/main.js.map /app/main.js.map
# One arena for the C library's heap: 20 MB less memory at 1,000 jobs, at the same CPU (docs/performance.md).
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=1 \
    SYNC_OPERATOR_METRICS_ADDRESS=:8080 \
    SYNC_OPERATOR_HEALTH_ADDRESS=:8081
USER 65532:65532
WORKDIR /app
EXPOSE 8080 8081
# The source map is there for whoever sets NODE_OPTIONS=--enable-source-maps: it costs 80 MB of memory, so it is off.
# Small young spaces: 100 MB less memory at 2,000 jobs. No pretenuring: at about half of the starts it led to nearly twice the collections
# (docs/performance.md).
# No shell stands between the kubelet's signal and the operator.
ENTRYPOINT ["node", "--max-semi-space-size=8", "--no-allocation-site-pretenuring", "/app/main.mjs"]
