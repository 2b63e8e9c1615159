import type { RawConfig } from '@millrace/foundation';
import type { ConnectorConfig } from './core/config/cluster-config.ts';
import type { PluginDescription, TaskWorkerSettings } from './tasks/host-protocol.ts';
import type { WorkerConfig } from './worker-config.ts';

/** What of the worker's config reaches its tasks, and previews of them. */
export function taskSettings(
  config: WorkerConfig,
  converters: ConnectorConfig,
  plugins: readonly PluginDescription[],
): TaskWorkerSettings {
  return {
    bootstrapServers: config['bootstrap.servers'],
    groupId: config['group.id'],
    exactlyOnce: config['exactly.once.source.support'] === 'enabled',
    offsetTopic: config['offset.storage.topic'],
    offsetTopicPartitions: config['offset.storage.partitions'],
    offsetTopicReplicationFactor: config['offset.storage.replication.factor'],
    topicCreation: config['topic.creation.enable'],
    offsetFlushIntervalMs: config['offset.flush.interval.ms'],
    inlineTransforms: config['transforms.inline.enabled'],
    tracing: config['tracing.enable'],
    startTimeoutMs: config['task.start.timeout.ms'],
    writeTimeoutMs: config['task.write.timeout.ms'],
    converters,
    plugins,
  };
}

/** `key.converter`, `value.converter`, `header.converter` and their options, as a worker's config has them. */
export function converterDefaults(raw: RawConfig): ConnectorConfig {
  return Object.fromEntries(
    Object.entries(raw).flatMap(([key, value]) =>
      /^(key|value|header)\.converter($|\.)/.test(key) ? [[key, String(value)]] : [],
    ),
  );
}
