import type { ClientOptions, ConsumerOptions, ProducerOptions } from '@millrace/client';
import type { ConnectorConfig } from '../../core/config/cluster-config.ts';

/** `producer.override.*` as the client's options. Which keys may be overridden stands in `client-overrides.ts`. */
export function producerOverrides(config: ConnectorConfig): Partial<ProducerOptions> {
  const of = (key: string) => config[`producer.override.${key}`];
  return defined<Partial<ProducerOptions>>({
    ...clientOverrides(config, 'producer.override.'),
    maxBlockMs: number(of('max.block.ms')),
    compression: of('compression.type') as ProducerOptions['compression'],
    lingerMs: number(of('linger.ms')),
    batchBytes: number(of('batch.size')),
    maxRequestBytes: number(of('max.request.size')),
    bufferBytes: number(of('buffer.memory')),
    deliveryTimeoutMs: number(of('delivery.timeout.ms')),
  });
}

/** `consumer.override.*` as the client's options. */
export function consumerOverrides(config: ConnectorConfig): Partial<ConsumerOptions> {
  const of = (key: string) => config[`consumer.override.${key}`];
  return defined<Partial<ConsumerOptions>>({
    ...clientOverrides(config, 'consumer.override.'),
    rebalanceTimeoutMs: number(of('max.poll.interval.ms')),
    heartbeatIntervalMs: number(of('heartbeat.interval.ms')),
    fetchMaxBytes: number(of('fetch.max.bytes')),
    maxPartitionFetchBytes: number(of('max.partition.fetch.bytes')),
    autoOffsetReset: of('auto.offset.reset') as ConsumerOptions['autoOffsetReset'],
    maxPollRecords: number(of('max.poll.records')),
    fetchMinBytes: number(of('fetch.min.bytes')),
    fetchMaxWaitMs: number(of('fetch.max.wait.ms')),
    sessionTimeoutMs: number(of('session.timeout.ms')),
    isolationLevel: of('isolation.level') as ConsumerOptions['isolationLevel'],
  });
}

/** `admin.override.*` as the client's options: of the client that makes a connector's topics. */
export function adminOverrides(config: ConnectorConfig): Partial<ClientOptions> {
  return defined(clientOverrides(config, 'admin.override.'));
}

type Common = 'clientId' | 'requestTimeoutMs' | 'retryBackoffMs' | 'retryBackoffMaxMs';

function clientOverrides(
  config: ConnectorConfig,
  prefix: string,
): { [K in Common]: ClientOptions[K] | undefined } {
  return {
    clientId: config[`${prefix}client.id`]?.trim() || undefined,
    requestTimeoutMs: number(config[`${prefix}request.timeout.ms`]),
    retryBackoffMs: number(config[`${prefix}retry.backoff.ms`]),
    retryBackoffMaxMs: number(config[`${prefix}retry.backoff.max.ms`]),
  };
}

function number(text: string | undefined): number | undefined {
  return text === undefined || text.trim() === '' ? undefined : Number(text);
}

/** Without the keys that are undefined: with exact optional properties, absent and undefined differ. */
function defined<T extends object>(options: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
