import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createAdmin } from '@millrace/client';
import { freePort } from '../support/index.ts';
import { Member } from './processes.ts';
import { RestOfAny } from './rest.ts';

/** How long a killed worker's place is kept; the lowest that Apache Kafka's brokers allow by default. */
const SESSION_TIMEOUT_MS = 6_000;

/** A broker and workers as processes of their own, on one folder. */
export class Cluster {
  readonly bootstrap: string;
  readonly broker: Member;
  readonly workers: readonly Member[];
  readonly rest: RestOfAny;

  private constructor(bootstrap: string, broker: Member, workers: readonly Member[], rest: RestOfAny) {
    this.bootstrap = bootstrap;
    this.broker = broker;
    this.workers = workers;
    this.rest = rest;
  }

  /** Nothing runs yet. */
  static async on(
    folder: string,
    options: { readonly workers: number; readonly plugin: string },
  ): Promise<Cluster> {
    mkdirSync(folder, { recursive: true });
    const [kafkaPort, controllerPort] = [await freePort(), await freePort()];
    const bootstrap = `127.0.0.1:${kafkaPort}`;
    const broker = new Member('broker', {
      name: 'broker',
      folder,
      config: {
        'node.id': 1,
        'process.roles': 'broker,controller',
        'controller.listener.names': 'CONTROLLER',
        listeners: `PLAINTEXT://${bootstrap},CONTROLLER://127.0.0.1:${controllerPort}`,
        'log.dirs': join(folder, 'log'),
      },
    });
    const ports = await Promise.all(Array.from({ length: options.workers }, () => freePort()));
    const workers = ports.map((port, index) => {
      const config = workerConfig({ bootstrap, port, plugin: options.plugin });
      return new Member('worker', { name: `worker-${index}`, folder, config });
    });
    return new Cluster(bootstrap, broker, workers, new RestOfAny(ports));
  }

  async start(topics: readonly { readonly name: string; readonly partitions: number }[]): Promise<void> {
    this.broker.start();
    await this.broker.ready();
    const admin = createAdmin({ bootstrapServers: [this.bootstrap] });
    await admin.createTopics(topics);
    await admin.close();
    for (const worker of this.workers) worker.start();
    await Promise.all(this.workers.map((worker) => worker.ready()));
  }

  /** Ends what runs, workers first. */
  async close(): Promise<void> {
    await Promise.allSettled(this.workers.map((worker) => worker.end('SIGTERM')));
    await this.broker.end('SIGTERM').catch(() => undefined);
  }
}

function workerConfig(of: { readonly bootstrap: string; readonly port: number; readonly plugin: string }) {
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
    'heartbeat.interval.ms': 1_000,
    'offset.flush.interval.ms': 1_000,
    'task.restart.backoff.max.ms': 5_000,
  };
}
