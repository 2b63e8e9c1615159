import { type Admin, createAdmin, createProducer } from '@millrace/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/index.ts';
import { kafkaPeerSkipReason } from '../support/kafka-peer.ts';
import { uniqueName } from './client-scenarios.ts';
import type { TalkingChild } from './clients/child.ts';
import { java, verifiableClient } from './clients/java.ts';
import { type Peer, startApacheKafka, startOurs } from './peer.ts';

const JOBS = 200;
const PARTITIONS = 2;
/** Java's default. */
const POLL_RECORDS = 500;
const PATIENCE_MS = 90_000;
/** So that what is held by who stands still goes to others within a test's time. */
const CONFIG = { 'group.share.min.record.lock.duration.ms': '1000' };
const LOCK_MS = '2000';

const skipReason = java.unavailable() ?? kafkaPeerSkipReason() ?? undefined;
if (skipReason !== undefined)
  console.warn(`skipped: Apache Kafka's share consumers as members: ${skipReason}`);

const peers: readonly (readonly [string, () => Promise<Peer>])[] = [
  ['our broker', () => startOurs(CONFIG)],
  ...(process.env.GROUPS_FULL === '1' ? [['Apache Kafka', () => startApacheKafka(CONFIG)] as const] : []),
];

/** A `VerifiableShareConsumer`, and what it says. */
class Worker {
  readonly child: TalkingChild;
  /** Each job whose acceptance was confirmed to it, as often as it was. */
  readonly accepted: string[] = [];
  refusals = 0;

  constructor(peer: Peer, topic: string, group: string) {
    const args = ['--bootstrap-server', peer.address, '--topic', topic, '--group-id', group];
    const mode = ['--acknowledgement-mode', 'sync'];
    this.child = verifiableClient('verifiable-share-consumer', [...args, ...mode], (event) => {
      if (event.name !== 'offsets_acknowledged') return;
      if (event.success === false) this.refusals += 1;
      else
        for (const { partition, offsets = [] } of event.partitions ?? [])
          this.accepted.push(...offsets.map((offset) => `${partition}-${offset}`));
    });
  }
}

describe.skipIf(skipReason !== undefined).each(peers)(
  "Apache Kafka's share consumers on %s",
  (name, start) => {
    let peer: Peer;
    let admin: Admin;
    beforeAll(async () => {
      peer = await start();
      admin = createAdmin({ bootstrapServers: [peer.address] });
    }, 120_000);
    afterAll(async () => {
      await admin?.close();
      await peer?.close();
    });

    it('work everything off, though one stands still for longer than its locks, and one is killed', async () => {
      const topic = uniqueName('members');
      const group = uniqueName('members');
      await admin.createTopics([{ name: topic, partitions: PARTITIONS }]);
      await admin.alterConfigs('group', group, {
        'share.auto.offset.reset': 'earliest',
        'share.record.lock.duration.ms': LOCK_MS,
      });
      const producer = createProducer({ bootstrapServers: [peer.address] });
      onTestFinished(() => producer.close());
      let sent = 0;
      const send = async () => {
        sent += JOBS;
        await producer.send(
          Array.from({ length: JOBS }, (_, index) => ({
            ...{ topic, partition: index % PARTITIONS, key: null },
            value: Buffer.from('job'),
          })),
        );
      };
      const [killed, stopped] = [new Worker(peer, topic, group), new Worker(peer, topic, group)];
      onTestFinished(async () => {
        stopped.child.resume();
        await Promise.all([killed, stopped].map(({ child }) => child.end('SIGKILL')));
      });
      const worked = (what: string) =>
        eventually(async () => (await lag()) === 0, { what: `all jobs ${what}`, timeoutMs: PATIENCE_MS });
      const lag = async () => {
        const offsets = await admin.shareGroupOffsets(group).catch(() => []);
        if (offsets.length < PARTITIONS) return null;
        return offsets.reduce((sum, { lag: left }) => sum + (left ?? JOBS), 0);
      };
      const bothWork = async (what: string) => {
        const counts = () => [killed, stopped].map(({ accepted }) => accepted.length);
        const before = counts();
        await eventually(
          async () => {
            await send();
            return counts().every((count, index) => count > (before[index] ?? 0));
          },
          { what: `both to work ${what}`, timeoutMs: PATIENCE_MS },
        );
      };

      await bothWork('at first');
      await worked('of both');
      stopped.child.pause();
      await send();
      await worked('beside the one that stands still');
      stopped.child.resume();
      await bothWork('once it goes on');
      await send();
      await killed.child.end('SIGKILL');
      await send();
      await worked('of the one that is left');

      const accepted = () => [...killed.accepted, ...stopped.accepted];
      // What the killed one accepted last nobody may have heard: one poll at the most.
      await eventually(() => new Set(accepted()).size >= sent - POLL_RECORDS, {
        what: 'acceptances to be told',
        timeoutMs: PATIENCE_MS,
      });
      expect(new Set(accepted()).size).toBeLessThanOrEqual(sent);
      // Of what is below the start of a group Kafka's brokers refuse nothing, whoever says it.
      if (name === 'our broker') expect(new Set(accepted()).size).toBe(accepted().length);
    });
  },
);
