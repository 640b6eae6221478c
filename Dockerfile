FROM node:24.21.0-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY LICENSE ./
COPY src src
COPY connectors connectors
# One start and stop, so that every start finds the program compiled: the user below cannot write there.
RUN SLUICE_LISTEN=127.0.0.1:0 SLUICE_DATABASE_URL=sqlite:/tmp/first/sluice.db timeout --preserve-status 5 \
  node --require ./src/boot/node-version.cjs --require ./src/boot/compile-cache.cjs src/main.ts && rm -rf /tmp/first
RUN mkdir data && chown node:node data

# Everything that must survive: the embedded ledger, and the key that seals it.
VOLUME /app/data
USER node
EXPOSE 8080

# Beyond loopback Sluice starts only if it knows who calls: pass SLUICE_API_KEYS, for one, or SLUICE_ALLOW_UNAUTHENTICATED=yes
# where the network keeps strangers out. SLUICE_PUBLIC_URL is where recipients reach it. A server that asks the health check
# for a certificate is alive.
ENV NODE_ENV=production SLUICE_LISTEN=0.0.0.0:8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["node", "--eval", "\
  const { SLUICE_TLS_CERT, SLUICE_LISTEN } = process.env;\
  const where = { host: '127.0.0.1', port: SLUICE_LISTEN.split(':').at(-1), path: '/healthz', rejectUnauthorized: false };\
  require(SLUICE_TLS_CERT ? 'node:https' : 'node:http')\
    .get(where, (reply) => process.exit(reply.statusCode === 200 ? 0 : 1))\
    .on('error', ({ code }) => process.exit(code === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' ? 0 : 1))"]
CMD ["node", "--require", "./src/boot/node-version.cjs", "--require", "./src/boot/compile-cache.cjs", "src/main.ts"]
