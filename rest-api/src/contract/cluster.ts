import { type Builders, type Of, route } from './route.ts';

const describe = { operation: 'DESCRIBE', resource: 'cluster' } as const;

const broker = (t: Builders) =>
  t.Object({
    id: t.Integer(),
    host: t.String(),
    port: t.Integer(),
    rack: t.Union([t.String(), t.Null()]),
    controller: t.Boolean(),
    leads: t.Integer({ description: 'Partitions that it leads' }),
    replicas: t.Integer({ description: 'Partitions of which it has a replica' }),
    behind: t.Integer({ description: 'Of these, those where it is not in sync' }),
    logDirs: t.Union(
      [
        t.Array(
          t.Object({
            path: t.String(),
            error: t.Union([t.String(), t.Null()]),
            logBytes: t.Integer({ description: 'All logs in it' }),
            totalBytes: t.Union([t.Integer(), t.Null()], { description: 'Of the volume' }),
            usableBytes: t.Union([t.Integer(), t.Null()], { description: 'Free on the volume' }),
          }),
        ),
        t.Null(),
      ],
      { description: 'Null: it did not say' },
    ),
  });

export type BrokerRow = Of<typeof broker>;

const clusterState = (t: Builders) =>
  t.Object({
    clusterId: t.String(),
    controllerId: t.Union([t.Integer(), t.Null()]),
    brokers: t.Array(broker(t)),
    topics: t.Integer(),
    partitions: t.Integer(),
    underReplicatedPartitions: t.Integer({ description: 'Fewer replicas in sync than there are' }),
    offlinePartitions: t.Integer({ description: 'Without a leader' }),
  });

export type ClusterState = Of<typeof clusterState>;

export const getCluster = route({
  operationId: 'getCluster',
  method: 'GET',
  url: '/api/v1/cluster',
  summary: 'The brokers of the Kafka cluster behind the workers, what each leads, and the disks under it',
  tag: 'cluster',
  needs: describe,
  refusals: [503],
  schemas: (t) => ({ replies: { 200: clusterState(t) } }),
});

/** A config of a topic, a broker or a group, as Kafka describes it. */
export const configEntry = (t: Builders) =>
  t.Object({
    name: t.String(),
    value: t.Union([t.String(), t.Null()], { description: 'Null: none, or a secret' }),
    source: t.String({
      description: 'Kafka’s word: DEFAULT_CONFIG, DYNAMIC_TOPIC_CONFIG, STATIC_BROKER_CONFIG',
    }),
    overridden: t.Boolean({ description: 'Set on this very resource, so that it can be taken away again' }),
    readOnly: t.Boolean(),
    sensitive: t.Boolean(),
    type: t.Union([t.String(), t.Null()], { description: 'BOOLEAN, STRING, INT, LONG, DOUBLE, LIST, …' }),
    documentation: t.Union([t.String(), t.Null()]),
  });

export type ConfigEntryRow = Of<typeof configEntry>;

/** What to change of such configs: null takes a key back to its default. */
export const configChanges = (t: Builders) =>
  t.Record(t.String(), t.Union([t.String({ maxLength: 65_536 }), t.Null()]));

export const getBrokerConfigs = route({
  operationId: 'getBrokerConfigs',
  method: 'GET',
  url: '/api/v1/brokers/:broker/configs',
  summary: 'What a broker is configured with, and where each value comes from',
  tag: 'cluster',
  needs: describe,
  refusals: [404, 503],
  schemas: (t) => ({
    params: t.Object({ broker: t.String() }),
    replies: { 200: t.Array(configEntry(t)) },
  }),
});
