# Keelson in an image: the command line, which also serves the API and works through jobs.
#   docker build -t keelson .

FROM node:24-bookworm-slim AS build
WORKDIR /src
# First what rarely changes, so that dependencies are installed anew only when they do.
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages/db-core/package.json packages/db-core/
COPY packages/conversations/package.json packages/conversations/
COPY apps/api/package.json apps/api/
COPY apps/cli/package.json apps/cli/
COPY tests/package.json tests/
RUN npx --yes pnpm@10.34.8 install --frozen-lockfile
COPY . .
RUN npx --yes pnpm@10.34.8 build \
  && npx --yes pnpm@10.34.8 --filter @keelson/cli deploy --prod --legacy /app

FROM node:24-bookworm-slim AS runtime
ENV NODE_ENV=production \
  KEELSON_HOME=/data \
  DATABASE_URL=sqlite:////data/keelson.db \
  KEELSON_HTTP_HOST=0.0.0.0 \
  KEELSON_HTTP_PORT=4100
COPY --from=build --chown=root:root /app /app
# The embedded database lives here, and nobody else reads it. With DATABASE_URL of a PostgreSQL server it stays empty.
RUN install -d -o node -g node -m 0700 /data
USER node
WORKDIR /data
VOLUME ["/data"]
EXPOSE 4100
# Alive is enough to be left running; whether it can serve is what /readyz tells a load balancer.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.KEELSON_HTTP_PORT}/livez`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/app/bin/keelson.js"]
CMD ["serve"]
