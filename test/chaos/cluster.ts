import { mkdirSync } from 'node:fs';
import { createAdmin } from '@millrace/client';
import { freePort } from '../support/index.ts';
import { type BrokerKind, type ChaosBroker, startBroker } from './chaos-broker.ts';
import { Member } from './processes.ts';
import { RestOfAny } from './rest.ts';

/** How long a worker that says nothing keeps its place; the lowest that Apache Kafka's brokers allow by default. */
export const SESSION_TIMEOUT_MS = 6_000;
export const HEARTBEAT_INTERVAL_MS = 1_000;

export interface ClusterOptions {
  readonly broker: BrokerKind;
  readonly exactlyOnce: boolean;
  readonly workers: number;
  /** Of the workers' plugin. */
  readonly plugin: string;
}

/** A broker and workers as processes of their own, on one folder. */
export class Cluster {
  readonly bootstrap: string;
  readonly broker: ChaosBroker;
  readonly workers: readonly Member[];
  readonly rest: RestOfAny;

  private constructor(broker: ChaosBroker, workers: readonly Member[], rest: RestOfAny) {
    this.bootstrap = broker.bootstrap;
    this.broker = broker;
    this.workers = workers;
    this.rest = rest;
  }

  /** The broker is up; no worker is. */
  static async on(folder: string, options: ClusterOptions): Promise<Cluster> {
    mkdirSync(folder, { recursive: true });
    const broker = await startBroker(options.broker, folder);
    const ports = await Promise.all(Array.from({ length: options.workers }, () => freePort()));
    const workers = ports.map((port, index) => {
      const config = workerConfig({ ...options, bootstrap: broker.bootstrap, port });
      return new Member('worker', { name: `worker-${index}`, folder, config });
    });
    return new Cluster(broker, workers, new RestOfAny(ports));
  }

  async start(topics: readonly { readonly name: string; readonly partitions: number }[]): Promise<void> {
    const admin = createAdmin({ bootstrapServers: [this.bootstrap] });
    await admin.createTopics(topics);
    await admin.close();
    for (const worker of this.workers) worker.start();
    await Promise.all(this.workers.map((worker) => worker.ready()));
  }

  /** Ends what runs, workers first. */
  async close(): Promise<void> {
    await Promise.allSettled(this.workers.map((worker) => worker.end('SIGTERM')));
    await this.broker.close();
  }
}

function workerConfig(of: ClusterOptions & { readonly bootstrap: string; readonly port: number }) {
  return {
    'bootstrap.servers': of.bootstrap,
    listeners: `http://127.0.0.1:${of.port}`,
    'group.id': 'chaos',
    'config.storage.topic': 'chaos-configs',
    'config.storage.replication.factor': 1,
    'offset.storage.topic': 'chaos-offsets',
    'offset.storage.partitions': 5,
    'offset.storage.replication.factor': 1,
    'status.storage.topic': 'chaos-status',
    'status.storage.replication.factor': 1,
    'key.converter': 'StringConverter',
    'value.converter': 'StringConverter',
    plugins: of.plugin,
    'session.timeout.ms': SESSION_TIMEOUT_MS,
    'heartbeat.interval.ms': HEARTBEAT_INTERVAL_MS,
    'offset.flush.interval.ms': 1_000,
    'task.restart.backoff.max.ms': 5_000,
    // A task that moves because another one became heavier would look like one that was stopped for nothing.
    'load.rebalance.interval.ms': 86_400_000,
    ...(of.exactlyOnce ? { 'exactly.once.source.support': 'enabled' } : {}),
  };
}
