import { type ConfigDef, type ConfigProblem, parseConfig, type Validator } from '@millrace/foundation';
import { javaPattern } from '@millrace/sdk';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';

const PREFIX = 'topic.creation.';
const GROUPS = `${PREFIX}groups`;
const DEFAULT_GROUP = 'default';

/** The key of sources that names groups of topics; each group has keys of its own (KIP-158). */
export const topicCreationConfig = {
  [GROUPS]: {
    type: 'list',
    default: [],
    importance: 'low',
    group: 'Topic Creation',
    docs: 'Groups of topics that are made each with settings of its own, under topic.creation.GROUP.*; all others have those of the group default.',
  },
} as const satisfies ConfigDef;

/** How topics are made whose whole names one of `include` matches and none of `exclude`. */
export interface TopicCreationGroup {
  readonly name: string;
  readonly include: readonly RegExp[];
  readonly exclude: readonly RegExp[];
  /** -1: the broker's default. */
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Kafka's own keys of topics. */
  readonly configs: { readonly [key: string]: string };
}

export interface TopicCreationPlan {
  /** In the order in which they are asked; the last one is `default`, which takes every topic. Empty where the config makes no topics. */
  readonly groups: readonly TopicCreationGroup[];
  readonly problems: readonly ConfigProblem[];
}

const countOrDefault: Validator = (value) =>
  value === -1 || (typeof value === 'number' && value >= 1)
    ? null
    : 'must be at least 1, or -1 for the default of the broker';

const count = (docs: string) => ({ type: 'int', importance: 'low', docs, validate: countOrDefault }) as const;

const ownKeys = {
  partitions: count('Partitions of new topics.'),
  'replication.factor': count('Replicas of new topics.'),
  include: { type: 'list', importance: 'low', docs: 'Whole names of topics, as regular expressions.' },
  exclude: { type: 'list', default: [], importance: 'low', docs: 'The same for topics that are not meant.' },
} as const satisfies ConfigDef;

/** Reads `topic.creation.*` of a source. */
export function topicCreationOf(config: ConnectorConfig): TopicCreationPlan {
  const used = Object.keys(config).some((key) => key.startsWith(PREFIX) && key !== `${PREFIX}enable`);
  if (!used) return { groups: [], problems: [] };
  const names = parseConfig(topicCreationConfig, config).values[GROUPS];
  const problems: ConfigProblem[] = [];
  const [twice] = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) problems.push({ key: GROUPS, message: `"${GROUPS}" names ${twice} twice.` });
  if (names.includes(DEFAULT_GROUP))
    problems.push({ key: GROUPS, message: `"${GROUPS}" names ${DEFAULT_GROUP}, which is always there.` });
  const fallback = groupOf(DEFAULT_GROUP, config, null, problems);
  const groups = [...new Set(names)].map((name) => groupOf(name, config, fallback, problems));
  return { groups: [...groups, fallback], problems };
}

/** The first group that takes the topic. */
export function topicGroupOf(
  topic: string,
  groups: readonly TopicCreationGroup[],
): TopicCreationGroup | undefined {
  const matches = (patterns: readonly RegExp[]) => patterns.some((pattern) => pattern.test(topic));
  return groups.find(({ include, exclude }) => matches(include) && !matches(exclude));
}

function groupOf(
  name: string,
  config: ConnectorConfig,
  fallback: TopicCreationGroup | null,
  problems: ConfigProblem[],
): TopicCreationGroup {
  const prefix = `${PREFIX}${name}.`;
  const own = Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
  const parsed = parseConfig(definitionOf(fallback), own);
  const { partitions, 'replication.factor': replicationFactor, include, exclude } = parsed.values;
  for (const { key, message } of parsed.problems) {
    problems.push({ key: `${prefix}${key}`, message: message.replace(`"${key}"`, `"${prefix}${key}"`) });
  }
  const patterns = (key: string, sources: readonly string[]) =>
    patternsOf(`${prefix}${key}`, sources, problems);
  const others = Object.entries(own).filter(([key]) => !Object.hasOwn(ownKeys, key));
  return {
    name,
    include: fallback === null ? [/^/] : patterns('include', include ?? []),
    exclude: fallback === null ? [] : patterns('exclude', exclude ?? []),
    partitions: partitions ?? -1,
    replicationFactor: replicationFactor ?? -1,
    configs: Object.fromEntries(others),
  };
}

/** Partitions and replicas that a group leaves out it has of the default one, which must say them. */
function definitionOf(fallback: TopicCreationGroup | null) {
  if (fallback === null) return { ...ownKeys, include: { ...ownKeys.include, default: [] } } as const;
  return {
    ...ownKeys,
    partitions: { ...ownKeys.partitions, default: fallback.partitions },
    'replication.factor': { ...ownKeys['replication.factor'], default: fallback.replicationFactor },
  } as const;
}

function patternsOf(key: string, sources: readonly string[], problems: ConfigProblem[]): readonly RegExp[] {
  return sources.flatMap((source) => {
    try {
      return [javaPattern(source).whole];
    } catch {
      problems.push({ key, message: `"${key}" holds ${source}, which is no regular expression.` });
      return [];
    }
  });
}
