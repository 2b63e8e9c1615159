import { type ConfigDef, type ConfigProblem, oneOf } from '@millrace/foundation';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';
import { sharesRecords } from '../core/delivery/guarantees.ts';

/** How a sink reads its topics. */
export const sinkConsumerConfig = {
  'consumer.protocol': {
    type: 'string',
    default: 'classic',
    importance: 'medium',
    group: 'Common',
    docs: 'How tasks share the topics: classic, by partitions, each in order; or share, by single records in no order, so that tasks may outnumber partitions (KIP-932; the brokers must have share groups).',
    recommend: ['classic', 'share'],
    validate: oneOf('classic', 'share', 'CLASSIC', 'SHARE'),
  },
} as const satisfies ConfigDef;

/** Overrides of the consumer that a share group has no use for. */
const OVERRIDES = /^consumer\.override\.(?!max\.poll\.records$|group\.id$)/;

/** What a share group does not have. */
export function shareGroupProblems(config: ConnectorConfig): readonly ConfigProblem[] {
  if (!sharesRecords(config)) return [];
  const problems: ConfigProblem[] = [];
  if (config['topics.regex']?.trim()) {
    const message = 'A share group has no regular expressions: name the topics in "topics".';
    problems.push({ key: 'topics.regex', message });
  }
  for (const key of Object.keys(config)) {
    if (!OVERRIDES.test(key)) continue;
    const message = `"${key}" means nothing with "consumer.protocol" share: set the group's own configs, such as share.auto.offset.reset.`;
    problems.push({ key, message });
  }
  return problems;
}
