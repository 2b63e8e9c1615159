import { join } from 'node:path';
import { freePort } from '../support/index.ts';
import { type KafkaPeer, startKafkaPeer } from '../support/kafka-peer.ts';
import { Member } from './processes.ts';

export type BrokerKind = 'millrace' | 'kafka';

/** The broker of a run, as far as it is started, killed and held up. */
export interface ChaosBroker {
  readonly name: string;
  readonly bootstrap: string;
  /** Its process; null while it is down. */
  readonly pid: number | null;
  start(): void;
  ready(): Promise<void>;
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Ends it for good. */
  close(): Promise<void>;
}

/** A broker that is up: one of ours, or Apache Kafka, which has transactions. */
export async function startBroker(kind: BrokerKind, folder: string): Promise<ChaosBroker> {
  const broker =
    kind === 'kafka'
      ? new ApacheKafka(await startKafkaPeer({ longRun: true }))
      : await MillraceBroker.in(folder);
  await broker.ready();
  return broker;
}

class MillraceBroker extends Member implements ChaosBroker {
  readonly bootstrap: string;

  private constructor(folder: string, bootstrap: string, controllerPort: number) {
    super('broker', {
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
    this.bootstrap = bootstrap;
  }

  static async in(folder: string): Promise<MillraceBroker> {
    const broker = new MillraceBroker(folder, `127.0.0.1:${await freePort()}`, await freePort());
    broker.start();
    return broker;
  }

  async close(): Promise<void> {
    await this.end('SIGTERM').catch(() => undefined);
  }
}

class ApacheKafka implements ChaosBroker {
  readonly name = 'Apache Kafka';
  readonly bootstrap: string;
  readonly #peer: KafkaPeer;
  #starting: Promise<void> = Promise.resolve();
  #up = true;

  constructor(peer: KafkaPeer) {
    this.#peer = peer;
    this.bootstrap = peer.bootstrapServers.join(',');
  }

  get pid(): number | null {
    return this.#up ? this.#peer.pid() : null;
  }

  start(): void {
    this.#starting = this.#peer.resume().then(() => {
      this.#up = true;
    });
    // Whoever waits for `ready` is told.
    this.#starting.catch(() => undefined);
  }

  ready(): Promise<void> {
    return this.#starting;
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#up = false;
    await (signal === 'SIGKILL' ? this.#peer.kill() : this.#peer.end());
  }

  close(): Promise<void> {
    return this.#peer.stop();
  }
}
