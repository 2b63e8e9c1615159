import { createAdmin } from '@millrace/client';
import { taskKey } from '../../../core/task-id.ts';
import type { TaskSpec } from '../../host-protocol.ts';
import { adminOverrides } from '../client-settings.ts';

/** Where the offsets of a source go: its own `offsets.storage.topic` (KIP-618), or else the worker's; null: to the worker itself. */
export function offsetTopicOf(spec: TaskSpec): string | null {
  return spec.connectorConfig['offsets.storage.topic']?.trim() || spec.worker.offsetTopic;
}

/** Makes a connector's own offset topic where it is missing, as the worker makes its own. */
export async function ensureOffsetTopic(spec: TaskSpec): Promise<void> {
  const name = offsetTopicOf(spec);
  const { bootstrapServers, offsetTopic, offsetTopicPartitions, offsetTopicReplicationFactor } = spec.worker;
  if (name === null || name === offsetTopic) return;
  const clientId = `connector-adminclient-${taskKey(spec.id)}`;
  const admin = createAdmin({ bootstrapServers, clientId, ...adminOverrides(spec.connectorConfig) });
  try {
    await admin.ensureTopics([
      {
        name,
        partitions: offsetTopicPartitions,
        replicationFactor: offsetTopicReplicationFactor,
        configs: { 'cleanup.policy': 'compact' },
      },
    ]);
  } finally {
    await admin.close();
  }
}
