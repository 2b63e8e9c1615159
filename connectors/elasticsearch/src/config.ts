import {
  type ConfigOf,
  type ConfigValue,
  defineConfig,
  type matches,
  oneOf,
  range,
  recordRate,
} from '@millrace/sdk';
import { connectionConfig } from './connection-config.ts';
import { expression, PLACES } from './expression.ts';

/** How a record is written. */
export const writeMethods = ['index', 'create', 'upsert', 'update'] as const;
export type WriteMethod = (typeof writeMethods)[number];

const isStream = (all: Readonly<Record<string, ConfigValue>>): boolean =>
  all['data.stream.type'] !== undefined && all['data.stream.type'] !== 'none';

const jsonObject: ReturnType<typeof matches> = Object.assign(
  (value: ConfigValue) => {
    try {
      const parsed: unknown = JSON.parse(String(value));
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return null;
    } catch {
      // Said below.
    }
    return 'must be a JSON object';
  },
  { allows: 'a JSON object' },
);

const target = defineConfig({
  index: {
    type: 'string',
    default: `\${topic}`,
    importance: 'high',
    group: 'Target',
    docs: `Index or alias to write to, with places for ${PLACES}; in small letters whatever they hold.`,
    validate: expression,
  },
  'index.create': {
    type: 'boolean',
    default: true,
    importance: 'medium',
    group: 'Target',
    docs: 'Whether indexes and data streams that are not there are made, and fields that schemas bring are added to mappings; otherwise they must be there.',
  },
  'index.settings': {
    type: 'string',
    default: '{}',
    importance: 'low',
    group: 'Target',
    docs: 'Settings of indexes that are made, as a JSON object: {"number_of_shards": 3}.',
    validate: jsonObject,
  },
  'schema.ignore': {
    type: 'boolean',
    default: false,
    importance: 'medium',
    group: 'Target',
    docs: 'Whether mappings are left to Elasticsearch (dynamic mapping) even where records have schemas.',
  },
  'data.stream.type': {
    type: 'string',
    default: 'none',
    importance: 'medium',
    group: 'Target',
    docs: 'First part of the name of the data stream to write to, such as logs or metrics: <type>-<dataset>-<namespace>; none: index says where.',
    recommend: ['none', 'logs', 'metrics'],
    dependents: ['data.stream.dataset', 'data.stream.namespace', 'data.stream.timestamp.field'],
  },
  'data.stream.dataset': {
    type: 'string',
    default: 'generic',
    importance: 'medium',
    group: 'Target',
    docs: 'Second part of the data stream’s name, with places as index has.',
    validate: expression,
    visible: isStream,
  },
  'data.stream.namespace': {
    type: 'string',
    default: `\${topic}`,
    importance: 'medium',
    group: 'Target',
    docs: 'Third part of the data stream’s name, with places as index has.',
    validate: expression,
    visible: isStream,
  },
  'data.stream.timestamp.field': {
    type: 'list',
    default: [],
    importance: 'medium',
    group: 'Target',
    docs: 'Fields of the value of which the first that is there becomes @timestamp; empty: @timestamp of the value, else the record’s time.',
    visible: isStream,
  },
});

const writes = defineConfig({
  'write.method': {
    type: 'string',
    default: 'index',
    importance: 'high',
    group: 'Writes',
    docs: 'index replaces the whole document or makes it, create leaves documents alone that are there, upsert sets the fields given and keeps others or makes the document, update does so only where the document is there. Data streams are always written by create.',
    validate: oneOf(...writeMethods),
    recommend: [...writeMethods],
  },
  'document.id': {
    type: 'string',
    default: null,
    importance: 'high',
    group: 'Writes',
    docs: `The document’s _id, with places as index has; auto: Elasticsearch makes one, so that records written again come twice. A key of several fields becomes JSON. Unset: \${key}, in data streams \${topic}+\${partition}+\${offset}.`,
    validate: Object.assign(
      (value: ConfigValue, all: Readonly<Record<string, ConfigValue>>) => {
        if (value === null || value === '') return null;
        if (value === 'auto')
          return ['upsert', 'update'].includes(String(all['write.method']))
            ? 'must name documents where "write.method" updates them'
            : null;
        return String(value).includes(`\${`)
          ? expression(value, all)
          : `must have a place such as \${key} in it, or be auto`;
      },
      { allows: `text with ${PLACES}, or auto` },
    ),
  },
  'document.version': {
    type: 'string',
    default: `\${offset}`,
    importance: 'medium',
    group: 'Writes',
    docs: 'A number that grows with each change of a document, with places as index has: what is older than the document never replaces it, nor deletes it. For write.method=index; empty: none.',
    validate: expression,
  },
  'document.version.type': {
    type: 'string',
    default: 'external',
    importance: 'low',
    group: 'Writes',
    docs: 'external writes what is newer than the document, external_gte also what has the same version.',
    validate: oneOf('external', 'external_gte'),
    recommend: ['external', 'external_gte'],
  },
  'document.routing': {
    type: 'string',
    default: null,
    importance: 'low',
    group: 'Writes',
    docs: 'The document’s routing, with places as index has; unset: its _id.',
    validate: expression,
  },
  'ingest.pipeline': {
    type: 'string',
    default: null,
    importance: 'low',
    group: 'Writes',
    docs: 'Ingest pipeline that documents go through at the server.',
  },
  'behavior.on.null.values': {
    type: 'string',
    default: 'delete',
    importance: 'high',
    group: 'Writes',
    docs: 'What a tombstone does: delete deletes the document, ignore passes it over, fail refuses the record.',
    validate: Object.assign(
      (value: ConfigValue, all: Readonly<Record<string, ConfigValue>>) => {
        if (value === 'delete' && isStream(all))
          return 'must be ignore or fail for data streams, from which nothing is deleted';
        if (value === 'delete' && all['document.id'] === 'auto')
          return 'must be ignore or fail where "document.id" is auto';
        return oneOf('delete', 'ignore', 'fail')(value, all);
      },
      { allows: 'one of delete, ignore, fail' },
    ),
    recommend: ['delete', 'ignore', 'fail'],
  },
});

const flow = defineConfig({
  'batch.size': {
    type: 'int',
    default: 2_000,
    importance: 'low',
    group: 'Flow',
    docs: 'Most documents of one bulk request.',
    validate: range(1, 100_000),
  },
  'bulk.size.bytes': {
    type: 'long',
    default: 5_242_880,
    importance: 'low',
    group: 'Flow',
    docs: 'Most bytes of one bulk request; a larger document goes alone. Servers that refuse requests get smaller ones by themselves.',
    validate: range(1_024, 104_857_600),
  },
  'max.in.flight.requests': {
    type: 'int',
    default: 5,
    importance: 'low',
    group: 'Flow',
    docs: 'Most bulk requests of one task at a time; fewer while the servers say that it is too much (429). Changes of one document keep their order.',
    validate: range(1, 64),
  },
  'max.retries': {
    type: 'int',
    default: 5,
    importance: 'low',
    group: 'Flow',
    docs: 'How often what failed for now is tried again in place, without any progress between, before the worker takes over with longer waits.',
    validate: range(0, 1_000),
  },
  'retry.backoff.ms': {
    type: 'int',
    default: 100,
    importance: 'low',
    group: 'Flow',
    docs: 'Wait before the first repeat, in milliseconds; it doubles each time, up to 10 seconds.',
    validate: range(1, 60_000),
  },
  'max.records.per.second': recordRate('Flow', 'records that are written'),
});

/** Configuration of `ElasticsearchSink`. Keys have the names of Confluent's sink where it has them. */
export const sinkConfig = defineConfig({ ...connectionConfig, ...target, ...writes, ...flow });

export type SinkConfig = ConfigOf<typeof sinkConfig>;
