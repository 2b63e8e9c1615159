import { createAdmin } from '@millrace/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/index.ts';
import { type Peer, startOurs } from '../peer.ts';
import {
  CLIENT_TIMEOUT_MS,
  type Codec,
  codecs,
  type GroupMember,
  type GroupProtocol,
  type KafkaClient,
  type ReceivedRecord,
} from './kafka-client.ts';
import { sampleRecords } from './sample-records.ts';

const MEMBERS = 3;
const PARTITIONS = 6;
const ROUND = 60;

/** What every client must be able to do with our broker; `more` are the tests of its own. */
export function clientSuite(
  client: KafkaClient,
  more: (peer: () => Peer) => void,
  own: readonly Codec[] = codecs,
): void {
  describe.skipIf(client.unavailable() !== undefined)(client.name, () => {
    let peer: Peer;
    beforeAll(async () => {
      peer = await startOurs();
    });
    afterAll(() => peer?.close());

    // Most of the time a group of three waits for the session of the one that is gone.
    it.each(own)(
      'produces with %s, idempotently, and consumes what it produced',
      { concurrent: true },
      async (codec) => {
        const topic = `own-${codec}`;
        await createTopic(peer, topic, 1);
        const sent = sampleRecords(client.name, codec);
        const beforeMs = Date.now();
        await client.produce(peer.address, topic, codec, sent);
        const received = await client.consume(peer.address, topic, sent.length);
        expect(received.map(contentOf)).toEqual(sent);
        expect(received.map(({ offset }) => offset)).toEqual(sent.map((_, index) => index));
        for (const { timestampMs } of received) {
          expect(timestampMs).toBeGreaterThanOrEqual(beforeMs);
          expect(timestampMs).toBeLessThanOrEqual(Date.now());
        }
      },
    );

    it('shares six partitions among three members, hands over, and goes on where it left', {
      concurrent: true,
    }, async () => {
      await groupLife(client, peer);
    });

    more(() => peer);
  });
}

/** Key, value and headers: what was sent. */
export function contentOf({ key, value, headers }: ReceivedRecord) {
  return { key, value, headers };
}

export async function createTopic(peer: Peer, name: string, partitions: number): Promise<void> {
  const admin = createAdmin({ bootstrapServers: [peer.address] });
  await admin.createTopics([{ name, partitions }]);
  await admin.close();
}

/** A group of three that loses a member and goes on, and ends, and begins where it left. */
export async function groupLife(
  client: KafkaClient,
  peer: Peer,
  protocol: GroupProtocol = 'classic',
): Promise<void> {
  const name = `${client.name.replaceAll(/\W/g, '')}-${protocol}`;
  const [topic, groupId] = [`shared-${name}`, `sharing-${name}`];
  await createTopic(peer, topic, PARTITIONS);
  const join = () => client.join(peer.address, groupId, topic, protocol);
  const members = await Promise.all(Array.from({ length: MEMBERS }, join));
  const everyone: GroupMember[] = [...members];
  try {
    await ownership(members, 2);
    await send(client, peer, topic, 'first');
    await seenBy(everyone, 'first');
    const [gone, ...rest] = members as [GroupMember, ...GroupMember[]];
    await (gone.kill ?? gone.leave)();
    await ownership(rest, 3);
    await send(client, peer, topic, 'second');
    await seenBy(rest, 'second');
    await eventually(async () => (await committed(peer, groupId)) === 2 * ROUND, {
      what: 'all that was seen is committed',
    });
    await Promise.all(rest.map((member) => member.leave()));
    await send(client, peer, topic, 'third');
    const late = await join();
    everyone.push(late);
    await seenBy([late], 'third');
    expect(late.seen().filter((value) => !value.startsWith('third'))).toEqual([]);
    expect(late.assignment()).toHaveLength(PARTITIONS);
  } finally {
    await Promise.all(everyone.map((member) => (member.kill ?? member.leave)().catch(() => undefined)));
  }
}

/** A group that goes over from the classic protocol to the other one and back, while it is read. */
export async function groupMigration(client: KafkaClient, peer: Peer): Promise<void> {
  const name = `${client.name.replaceAll(/\W/g, '')}-migration`;
  const [topic, groupId] = [`migrated-${name}`, `migrating-${name}`];
  await createTopic(peer, topic, PARTITIONS);
  const everyone: GroupMember[] = [];
  const join = async (protocol: GroupProtocol) => {
    const member = await client.join(peer.address, groupId, topic, protocol);
    everyone.push(member);
    return member;
  };
  const isOfType = (type: string) =>
    eventually(async () => (await typeOf(peer, groupId)) === type, { what: `the group is ${type}` });
  try {
    const first = await join('classic');
    const second = await join('classic');
    await ownership([first, second], 3);
    await send(client, peer, topic, 'classic');
    await seenBy(everyone, 'classic');
    const third = await join('consumer');
    await ownership([first, second, third], 2);
    await isOfType('consumer');
    await send(client, peer, topic, 'mixed');
    await seenBy(everyone, 'mixed');
    await first.leave();
    await ownership([second, third], 3);
    await third.leave();
    await ownership([second], 6);
    await isOfType('classic');
    await send(client, peer, topic, 'again');
    await seenBy([second], 'again');
  } finally {
    await Promise.all(everyone.map((member) => (member.kill ?? member.leave)().catch(() => undefined)));
  }
}

/** A group of two of which one stands still for longer than its session: it is put out, and comes back when it runs again. */
export async function groupPause(client: KafkaClient, peer: Peer, protocol: GroupProtocol): Promise<void> {
  const name = `${client.name.replaceAll(/\W/g, '')}-paused-${protocol}`;
  const [topic, groupId] = [`shared-${name}`, `sharing-${name}`];
  await createTopic(peer, topic, PARTITIONS);
  const join = () => client.join(peer.address, groupId, topic, protocol);
  const [paused, other] = await Promise.all([join(), join()]);
  try {
    await ownership([paused, other], 3);
    await send(client, peer, topic, 'first');
    await seenBy([paused, other], 'first');
    paused.pause?.();
    await ownership([other], 6);
    await send(client, peer, topic, 'second');
    await seenBy([other], 'second');
    paused.resume?.();
    await ownership([paused, other], 3);
    await send(client, peer, topic, 'third');
    await seenBy([paused, other], 'third');
    await eventually(async () => (await committed(peer, groupId)) === 3 * ROUND, {
      what: 'all that was seen is committed, and nothing that the paused one had seen before took it back',
    });
  } finally {
    paused.resume?.();
    await Promise.all(
      [paused, other].map((member) => (member.kill ?? member.leave)().catch(() => undefined)),
    );
  }
}

async function typeOf(peer: Peer, groupId: string): Promise<string | undefined> {
  const admin = createAdmin({ bootstrapServers: [peer.address] });
  const groups = await admin.listGroups();
  await admin.close();
  return groups.find((group) => group.groupId === groupId)?.type.toLowerCase();
}

/** Waits until each partition has one owner, and each member so many. */
async function ownership(members: readonly GroupMember[], each: number): Promise<void> {
  const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  const isShared = () => {
    const owned = members.map((member) => member.assignment());
    const sorted = owned.flat().sort((a, b) => a - b);
    return owned.every(({ length }) => length === each) && sorted.join() === all.join();
  };
  const what = `${members.length} members own ${each} partitions each`;
  await eventually(isShared, { what, timeoutMs: CLIENT_TIMEOUT_MS }).catch((cause) => {
    const owned = JSON.stringify(members.map((member) => member.assignment()));
    throw new Error(`${what}, but have ${owned}`, { cause });
  });
}

function send(client: KafkaClient, peer: Peer, topic: string, round: string): Promise<void> {
  const records = Array.from({ length: ROUND }, (_, index) => ({
    key: `key ${index}`,
    value: `${round} ${index}`,
    headers: {},
  }));
  return client.produce(peer.address, topic, 'none', records);
}

async function seenBy(members: readonly GroupMember[], round: string): Promise<void> {
  const wanted = Array.from({ length: ROUND }, (_, index) => `${round} ${index}`);
  await eventually(
    () => {
      const seen = new Set(members.flatMap((member) => member.seen()));
      return wanted.every((value) => seen.has(value));
    },
    { what: `the members see all of the ${round} round`, timeoutMs: CLIENT_TIMEOUT_MS },
  );
}

/** The sum of a group's offsets. */
async function committed(peer: Peer, groupId: string): Promise<number> {
  const admin = createAdmin({ bootstrapServers: [peer.address] });
  const offsets = await admin.groupOffsets(groupId);
  await admin.close();
  return offsets.reduce((sum, { offset }) => sum + offset, 0);
}
