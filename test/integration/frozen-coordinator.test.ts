import {
  type Consumer,
  createAdmin,
  createConsumer,
  createProducer,
  createShareConsumer,
} from '@millrace/client';
import { Connection } from '@millrace/client/connection';
import { findCoordinator } from '@millrace/protocol/messages';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from '../support/index.ts';
import { type ClusterNode, startMillraceCluster } from '../support/millrace-cluster.ts';

const TOPIC = 'orders';
const GROUP = 0;
const TRANSACTION = 1;
const NAMES_TRIED = 200;
const PATIENCE_MS = 120_000;
/** A broker that says nothing is given up soon by clients, and by the others. */
const REQUEST_TIMEOUT_MS = 3_000;
const SETTINGS = { 'share.coordinator.state.topic.num.partitions': '3', 'broker.session.timeout.ms': '4000' };

/** A name that this broker is the coordinator of. */
async function nameOn(node: ClusterNode, keyType: number, prefix: string): Promise<string> {
  const [host = '', port] = node.address.split(':');
  const connection = await Connection.connect({ host, port: Number(port), clientId: 'test' });
  onTestFinished(() => connection.close());
  return eventually(
    async () => {
      for (let i = 0; i < NAMES_TRIED; i++) {
        const name = `${prefix}-${i}`;
        const response = await connection.request(findCoordinator, { keyType, coordinatorKeys: [name] });
        if (response.coordinators[0]?.nodeId === node.nodeId) return name;
      }
      return '';
    },
    { what: `a name that node ${node.nodeId} coordinates`, timeoutMs: PATIENCE_MS },
  );
}

/** Does something again and again, and counts how often it went well. */
class Doing {
  done = 0;
  #isOver = false;
  readonly #loop: Promise<void>;

  constructor(step: () => Promise<boolean>) {
    this.#loop = this.#run(step);
    onTestFinished(async () => {
      this.#isOver = true;
      await this.#loop;
    });
  }

  async #run(step: () => Promise<boolean>): Promise<void> {
    while (!this.#isOver) {
      try {
        if (await step()) this.done += 1;
      } catch {
        // What an application does: it tries again.
      }
    }
  }
}

test('members of all groups, and a transactional producer, leave a coordinator that is frozen', async () => {
  const cluster = await startMillraceCluster(3, SETTINGS);
  onTestFinished(() => cluster.close());
  const victim = cluster.nodes[1] as ClusterNode;
  const timeouts = { requestTimeoutMs: REQUEST_TIMEOUT_MS, connectionTimeoutMs: REQUEST_TIMEOUT_MS };
  const options = { bootstrapServers: cluster.bootstrapServers, ...timeouts };
  const admin = createAdmin({ ...options, requestTimeoutMs: 30_000 });
  onTestFinished(() => admin.close());
  await admin.createTopics([{ name: TOPIC, partitions: 1, replicationFactor: 3 }]);
  const transactionalId = await nameOn(victim, TRANSACTION, 'payer');
  const shared = await nameOn(victim, GROUP, 'share');
  await admin.alterConfigs('group', shared, { 'share.auto.offset.reset': 'earliest' });

  const reading = async (groupProtocol: 'classic' | 'consumer') => {
    const groupId = await nameOn(victim, GROUP, groupProtocol);
    const consumer: Consumer = createConsumer({
      ...{ ...options, groupId, groupProtocol, autoOffsetReset: 'earliest', enableAutoCommit: false },
      ...{ sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, heartbeatIntervalMs: 500 },
    });
    onTestFinished(() => consumer.close());
    consumer.subscribe([TOPIC]);
    return new Doing(async () => {
      if ((await consumer.poll(200)).length === 0) return false;
      await consumer.commit();
      return true;
    });
  };
  const readers = { classic: await reading('classic'), consumer: await reading('consumer') };
  const worker = createShareConsumer({ ...options, groupId: shared });
  onTestFinished(() => worker.close());
  worker.subscribe([TOPIC]);
  const sharing = new Doing(async () => {
    if ((await worker.poll(200)).length === 0) return false;
    return (await worker.commit()).every(({ error }) => error === null);
  });
  const payer = createProducer({ ...options, transactionalId, transactionTimeoutMs: 10_000 });
  onTestFinished(() => payer.close(1_000));
  await payer.initTransactions();
  const paying = new Doing(async () => {
    payer.beginTransaction();
    try {
      await payer.send([{ topic: TOPIC, key: null, value: Buffer.from('paid') }]);
      await payer.commitTransaction();
      return true;
    } catch {
      // Where nobody knows, the commit is asked for again.
      await payer.commitTransaction().catch(() => payer.abortTransaction());
      return false;
    }
  });

  const all = { ...readers, sharing, paying };
  const counts = () => Object.values(all).map(({ done }) => done);
  await eventually(() => counts().every((done) => done > 0), {
    what: 'all to get going',
    timeoutMs: PATIENCE_MS,
  });
  victim.process?.kill('SIGSTOP');
  const before = counts();
  // Answers that were on their way count for the time before.
  await eventually(() => counts().every((done, index) => done > (before[index] ?? 0) + 2), {
    what: 'all to go on with another coordinator',
    timeoutMs: PATIENCE_MS,
  });
  expect(victim.process?.exitCode).toBeNull();
});
