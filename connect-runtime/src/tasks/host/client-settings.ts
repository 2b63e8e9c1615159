import type { ConsumerOptions, ProducerOptions } from '@millrace/client';
import type { ConnectorConfig } from '../../core/config/cluster-config.ts';

/** `producer.override.*` as the client's options. Which keys may be overridden stands in `connector-config.ts`. */
export function producerOverrides(config: ConnectorConfig): Partial<ProducerOptions> {
  const of = (key: string) => config[`producer.override.${key}`];
  return defined({
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
  return defined({
    autoOffsetReset: of('auto.offset.reset') as ConsumerOptions['autoOffsetReset'],
    maxPollRecords: number(of('max.poll.records')),
    fetchMinBytes: number(of('fetch.min.bytes')),
    fetchMaxWaitMs: number(of('fetch.max.wait.ms')),
    sessionTimeoutMs: number(of('session.timeout.ms')),
    isolationLevel: of('isolation.level') as ConsumerOptions['isolationLevel'],
  });
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** Without the keys that are undefined: with exact optional properties, absent and undefined differ. */
function defined<T extends object>(options: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
