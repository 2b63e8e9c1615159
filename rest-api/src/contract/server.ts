import { route } from './route.ts';

/** `GET /` with Kafka Connect's answer; a browser is sent to the UI instead. */
export const getServer = route({
  operationId: 'getServer',
  method: 'GET',
  url: '/',
  summary: 'Version, commit and the id of the Kafka cluster behind it',
  tag: 'server',
  needs: { operation: 'DESCRIBE', resource: 'cluster' },
  schemas: (t) => ({
    replies: {
      200: t.Object({ version: t.String(), commit: t.String(), kafka_cluster_id: t.String() }),
    },
  }),
});

/** KIP-1017: 200 healthy, 503 while starting, 500 when unhealthy; the message says where it is stuck. */
export const getHealth = route({
  operationId: 'getHealth',
  method: 'GET',
  url: '/health',
  summary: 'Whether this worker is ready to serve',
  tag: 'server',
  needs: { operation: 'DESCRIBE', resource: 'cluster' },
  schemas: (t) => {
    const health = t.Object({
      status: t.Enum(['healthy', 'starting', 'unhealthy']),
      message: t.String(),
    });
    return { replies: { 200: health, 500: health, 503: health } };
  },
});

export const getAbout = route({
  operationId: 'getAbout',
  method: 'GET',
  url: '/api/v1/about',
  summary: 'Facts about the running process: version, addresses, start time',
  tag: 'server',
  needs: { operation: 'DESCRIBE', resource: 'cluster' },
  schemas: (t) => ({ replies: { 200: t.Record(t.String(), t.Unknown()) } }),
});
