import { type ConsumerRecord, createAdmin } from '@millrace/client';
import type { ConnectorConfig } from '../../../core/config/cluster-config.ts';
import { asReadFirst, redriveTopicOf } from '../../../core/dead-letters/redrive-marks.ts';
import { taskKey } from '../../../core/task-id.ts';
import { errorPolicyOf } from '../../../plugins/error-config.ts';
import { topicsRegexOf } from '../../../plugins/topics-regex.ts';
import type { TaskSpec } from '../../host-protocol.ts';
import { adminOverrides } from '../client-settings.ts';

/**
 * The topic by which dead letters of this sink come again; null where none was ever sent. It is made with the first of them, and then
 * the tasks are started again.
 */
export async function findRedriveTopic(spec: TaskSpec): Promise<string | null> {
  const { deadLetters } = errorPolicyOf(spec.connectorConfig);
  if (!deadLetters) return null;
  const clientId = `connector-redrive-admin-${taskKey(spec.id)}`;
  const admin = createAdmin({
    ...{ bootstrapServers: spec.worker.bootstrapServers, clientId },
    ...adminOverrides(spec.connectorConfig),
  });
  try {
    const topic = redriveTopicOf(spec.id.connector);
    return (await admin.listTopics()).some(({ name }) => name === topic) ? topic : null;
  } finally {
    await admin.close();
  }
}

/** What a sink's consumer subscribes to. */
export function subscriptionOf(
  config: ConnectorConfig,
  redriveTopic: string | null,
): readonly string[] | RegExp {
  const regex = topicsRegexOf(config);
  if (regex && redriveTopic === null) return regex;
  if (regex) return new RegExp(`${regex.source}|^${RegExp.escape(redriveTopic ?? '')}$`, regex.flags);
  const topics = (config.topics ?? '').split(',').flatMap((topic) => topic.trim() || []);
  return redriveTopic === null ? topics : [...topics, redriveTopic];
}

/** Records that came by the redrive topic, as they were when they were read first: topic, coordinates and headers. */
export function asFirstRead(
  records: readonly ConsumerRecord[],
  redriveTopic: string | null,
): readonly ConsumerRecord[] {
  if (redriveTopic === null || !records.some(({ topic }) => topic === redriveTopic)) return records;
  return records.map((record) => (record.topic === redriveTopic ? (asReadFirst(record) ?? record) : record));
}
