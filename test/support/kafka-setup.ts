import type { TestProject } from 'vitest/node';
import { kafkaPeerSkipReason, startKafkaPeer } from './kafka-peer.ts';

/** What tests of the project `kafka` have below them: Apache Kafka, or the reason why there is none. */
export interface ApacheKafka {
  readonly bootstrapServers: readonly string[];
  readonly skipReason: string | null;
}

declare module 'vitest' {
  export interface ProvidedContext {
    apacheKafka: ApacheKafka | undefined;
  }
}

/** One Apache Kafka for all files of the project. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const skipReason = kafkaPeerSkipReason();
  if (skipReason !== null) {
    project.provide('apacheKafka', { bootstrapServers: [], skipReason });
    return async () => undefined;
  }
  const { bootstrapServers, stop } = await startKafkaPeer();
  project.provide('apacheKafka', { bootstrapServers, skipReason });
  return stop;
}
