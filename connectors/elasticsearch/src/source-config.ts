import {
  type ConfigOf,
  type ConfigValue,
  defineConfig,
  type matches,
  range,
  recordRate,
} from '@millrace/sdk';
import { connectionConfig } from './connection-config.ts';
import { fitsInPath } from './index-lists.ts';

const query: ReturnType<typeof matches> = Object.assign(
  (value: ConfigValue) => {
    try {
      const parsed: unknown = JSON.parse(String(value));
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return null;
    } catch {
      // Said below.
    }
    return 'must be a query as a JSON object';
  },
  { allows: 'a query as a JSON object' },
);

/** Configuration of `ElasticsearchSource`. */
export const sourceConfig = defineConfig({
  ...connectionConfig,
  index: {
    type: 'list',
    importance: 'high',
    group: 'Capture',
    docs: 'Indexes, data streams, aliases and patterns such as logs-*, separated by commas. What begins to fit later is read too; filters of aliases do not count.',
    validate: Object.assign(
      (value: ConfigValue) => {
        if (!Array.isArray(value) || value.length === 0) return 'must name at least one index';
        return fitsInPath(value.map(String))
          ? null
          : 'must not be longer than one request takes (about 3,000 bytes): give patterns, such as logs-*; it is';
      },
      { allows: 'names of indexes' },
    ),
  },
  query: {
    type: 'string',
    default: '{"match_all": {}}',
    importance: 'medium',
    group: 'Capture',
    docs: 'Documents to read among those, as a query in JSON: {"term": {"status": "paid"}}.',
    validate: query,
  },
  topic: {
    type: 'string',
    default: `\${index}`,
    importance: 'high',
    group: 'Records',
    docs: `Topic that records go to; \${index} stands for the document’s index.`,
    validate: Object.assign(
      (value: ConfigValue) =>
        /^[A-Za-z0-9._-]{1,249}$/.test(String(value).replaceAll(`\${index}`, 'i'))
          ? null
          : `must be a topic’s name, with \${index} in it or not`,
      { allows: `a topic’s name, with \${index} in it or not` },
    ),
  },
  'poll.interval.ms': {
    type: 'long',
    default: 1_000,
    importance: 'medium',
    group: 'Flow',
    docs: 'How often changes are looked for once all are read, in milliseconds.',
    validate: range(10, 86_400_000),
  },
  'batch.size': {
    type: 'int',
    default: 1_000,
    importance: 'low',
    group: 'Flow',
    docs: 'Most documents of one page.',
    validate: range(1, 10_000),
  },
  'keep.alive.ms': {
    type: 'long',
    default: 120_000,
    importance: 'low',
    group: 'Flow',
    docs: 'How long the servers keep a point in time from page to page, in milliseconds. One that is gone is made anew, and nothing is missed.',
    validate: range(1_000, 86_400_000),
  },
  refresh: {
    type: 'boolean',
    default: true,
    importance: 'medium',
    group: 'Flow',
    docs: 'Whether indexes with changes are refreshed before they are read (the privilege maintenance). Otherwise changes are read once the servers have refreshed all copies by themselves; they must do so (index.refresh_interval).',
    dependents: ['refresh.wait.ms'],
  },
  'refresh.wait.ms': {
    type: 'long',
    default: 60_000,
    importance: 'low',
    group: 'Flow',
    docs: 'With refresh=false: after how long without a refresh there was nothing to refresh, in milliseconds. It must be longer than index.refresh_interval of all indexes; what is refreshed more seldom, or never (-1), waits until somebody does.',
    validate: range(0, 86_400_000),
    visible: (all) => all.refresh === false,
  },
  'max.records.per.second': recordRate('Flow', 'records that are read'),
});

export type SourceConfig = ConfigOf<typeof sourceConfig>;
