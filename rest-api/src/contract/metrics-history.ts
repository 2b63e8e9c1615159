import { type Builders, type Of, route } from './route.ts';

/**
 * What a worker keeps of the last 24 hours, in memory: every ten seconds for an hour and every two minutes beyond. Each is a figure of its moment or a rate
 * over the step; a point is null where nobody measured.
 */
export const historyMetrics = {
  'connector.records': {
    unit: 'records/s',
    of: 'connector',
    help: 'Records acknowledged (source) or written (sink)',
  },
  'connector.bytes': { unit: 'bytes/s', of: 'connector', help: 'Their bytes of key and value' },
  'connector.errors': { unit: 'errors/s', of: 'connector', help: 'Records that could not be processed' },
  'connector.lag': {
    unit: 'records',
    of: 'connector',
    help: 'Sink: records behind the ends of its partitions',
  },
  'connector.lag.ms': { unit: 'ms', of: 'connector', help: 'How far behind its source or topic it is' },
  'connector.saturation': {
    unit: 'ratio',
    of: 'connector',
    help: 'Share of time that its busiest stage was at work; poll and fetch, which wait, left out',
  },
  'connector.tasks.failed': { unit: 'tasks', of: 'connector', help: 'Tasks that have failed' },
  'topic.records': { unit: 'records/s', of: 'topic', help: 'Offsets that were added' },
  'group.lag': { unit: 'records', of: 'group', help: 'Records behind, all partitions together' },
  'group.lag.ms': { unit: 'ms', of: 'group', help: 'Of the partition that is furthest behind' },
  'share-group.lag': { unit: 'records', of: 'share-group', help: 'Records that are not done with' },
  'worker.memory': {
    unit: 'bytes',
    of: 'worker',
    help: 'Resident memory of the worker, without its task hosts',
  },
  'worker.cpu': {
    unit: 'ratio',
    of: 'worker',
    help: 'Processors in use by the worker, without its task hosts',
  },
} as const;

export type HistoryMetric = keyof typeof historyMetrics;

const metricName = (t: Builders) => t.Enum(Object.keys(historyMetrics) as HistoryMetric[]);

const metricsHistory = (t: Builders) =>
  t.Object({
    fromMs: t.Integer({ description: 'Time of the first point' }),
    stepMs: t.Integer({ description: 'Between two points' }),
    series: t.Array(
      t.Object({
        metric: metricName(t),
        name: t.String({ description: 'Of the connector, topic, group or worker' }),
        unit: t.String(),
        points: t.Array(t.Union([t.Number(), t.Null()]), {
          description: 'Oldest first, as many in each series',
        }),
      }),
    ),
    more: t.Boolean({
      description: 'Whether series were left out, because there are more than may come at once',
    }),
  });

export type MetricsHistory = Of<typeof metricsHistory>;

export const getMetricsHistory = route({
  operationId: 'getMetricsHistory',
  method: 'GET',
  url: '/api/v1/metrics/history',
  summary: 'Figures of the last 24 hours, evenly spaced: of some connectors, topics, groups, or of all',
  tag: 'metrics',
  needs: { operation: 'DESCRIBE', resource: 'cluster' },
  query: 'required',
  schemas: (t) => ({
    query: t.Object({
      metric: t.Array(metricName(t), { minItems: 1, maxItems: 13 }),
      name: t.Optional(
        t.Array(t.String({ maxLength: 255 }), { maxItems: 100, description: 'All where left out' }),
      ),
      sinceMs: t.Optional(t.Integer({ minimum: 0, description: 'An hour ago where left out' })),
      untilMs: t.Optional(t.Integer({ minimum: 0, description: 'Now where left out' })),
      points: t.Optional(
        t.Integer({
          minimum: 2,
          maximum: 1_000,
          description: 'At most so many, by wider steps; 180 where left out',
        }),
      ),
    }),
    replies: { 200: metricsHistory(t) },
  }),
});
