# The `millrace` command: `docker run millrace broker`, `worker`, `dev`. Config by MILLRACE_* variables or --set.
FROM node:26-trixie-slim AS build
WORKDIR /opt/millrace
COPY . .
RUN npm ci --omit=dev --no-audit --no-fund && node ui/build-main.ts

FROM node:26-trixie-slim
COPY --from=build /opt/millrace /opt/millrace
RUN install -d -o node -g node /var/lib/millrace
USER node
WORKDIR /var/lib/millrace
VOLUME /var/lib/millrace
STOPSIGNAL SIGTERM
# Of a worker; whoever runs a broker asks its admin.http.port instead (docker-compose.yml does).
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8083/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/millrace/cli/bin/millrace.mjs"]
CMD ["--help"]
