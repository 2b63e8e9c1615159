import { systemClock, systemRandom, systemTimers, ZERO_UUID } from '@millrace/foundation';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FetchPosition, SnapshotId } from '../core/quorum/quorum-log.ts';
import { createMemoryEngine } from '../storage/memory-engine.ts';
import { NO_PEERS } from '../testing/no-peers.ts';
import { SAMPLE_LOG_CONFIG } from '../testing/sample-batches.ts';
import { encodeMetadataBatch } from './metadata-batch.ts';
import { memoryMetadataFolder } from './metadata-folder.ts';
import { MetadataQuorum } from './metadata-quorum.ts';
import type { MetadataFetch, MetadataFetched, SnapshotPiece } from './quorum-peers.ts';

const LEADER = { host: 'leader', port: 1 };
const OURS: SnapshotId = { endOffset: 2, epoch: 1 };
const THEIRS: SnapshotId = { endOffset: 100, epoch: 1 };
const WAITS = new Promise<never>(() => undefined);

/** Fetches and questions for a snapshot that this node has asked of its leader, and how they are answered. */
let fetches: { request: MetadataFetch; answer: (answer: MetadataFetched) => void }[];
let pieces: ((piece: SnapshotPiece) => void)[];
const BEGUN = { leaderId: 2, endpoint: null, addressee: null };
let quorum: MetadataQuorum;

beforeEach(async () => {
  fetches = [];
  pieces = [];
  quorum = await MetadataQuorum.open({
    ...{ storage: createMemoryEngine(), folder: memoryMetadataFolder(), nodeId: 1, directoryId: ZERO_UUID },
    ...{ clock: systemClock, timers: systemTimers, random: systemRandom, segmentBytes: 1_000_000 },
    voters: [1, 2].map((id) => ({ id, directoryId: ZERO_UUID })),
    endpoints: new Map([[2, LEADER]]),
    bootstrap: [],
    electionTimeoutMs: 60_000,
    fetchTimeoutMs: 60_000,
    peers: {
      ...NO_PEERS.quorumPeers,
      vote: () => WAITS,
      fetch: (_to, request) => new Promise((answer) => void fetches.push({ request, answer })),
      fetchSnapshot: () => new Promise((answer) => void pieces.push(answer)),
    },
    onCommitted: () => undefined,
    onLeadership: () => undefined,
    onSnapshot: () => undefined,
    onFailed: (error) => {
      throw error;
    },
  });
  await quorum.start();
  await quorum.beginEpoch({ ...BEGUN, epoch: 1 });
});

afterEach(() => quorum.close());

/** Answers the newest fetch that waits. */
async function leaderSays(position: FetchPosition, more: Partial<MetadataFetched> = {}): Promise<void> {
  await vi.waitFor(() => expect(fetches.length).toBeGreaterThan(0));
  const reply = { error: null, leaderId: 2, epoch: 1, position };
  fetches.pop()?.answer({ reply, highWatermark: -1, records: Buffer.alloc(0), nodes: new Map(), ...more });
}

/** Two batches of one record, committed. */
async function leaderGivesRecords(): Promise<void> {
  const id = { topic: 'metadata', topicId: ZERO_UUID, partition: 0 };
  const log = await createMemoryEngine().open(id, SAMPLE_LOG_CONFIG);
  const level = { kind: 'FeatureLevelRecord', value: { name: 'kraft.version', featureLevel: 1 } } as const;
  for (let count = 0; count < 2; count += 1) log.append(encodeMetadataBatch([level], 0), 1);
  const limits = { maxBytes: 1_000_000, atLeastOne: true, endBefore: 2 };
  const records = Buffer.concat(await log.read(0, limits));
  await leaderSays({ kind: 'records' }, { records, highWatermark: 2 });
  await vi.waitFor(() => expect(quorum.highWatermark).toBe(2));
}

async function leaderGivesSnapshot(): Promise<void> {
  await leaderSays({ kind: 'snapshot', id: THEIRS });
  await vi.waitFor(() => expect(pieces).toHaveLength(1));
  pieces[0]?.({ error: null, sizeBytes: 3, bytes: Buffer.from('abc') });
  await vi.waitFor(() => expect(quorum.snapshot).toEqual(THEIRS));
}

describe('a follower of the metadata log', () => {
  it("keeps the leader's snapshot where one of its own is done after it came", async () => {
    await leaderGivesRecords();
    await leaderGivesSnapshot();
    await quorum.snapshotTaken(OURS);
    expect(quorum.snapshot).toEqual(THEIRS);
    await vi.waitFor(() => expect(fetches.at(-1)?.request).toMatchObject({ endOffset: 100, lastEpoch: 1 }));
  });

  it('ends a reading that a snapshot takes the records from, and does not fail', async () => {
    await leaderGivesRecords();
    const reading = quorum.read(0);
    expect((await reading.next()).value?.lastOffset).toBe(0);
    await leaderGivesSnapshot();
    const offsets: number[] = [];
    for await (const batch of reading) offsets.push(batch.lastOffset);
    expect(offsets).toEqual([1]);
  });

  it('leaves a snapshot where its leader is another one, and follows that', async () => {
    await leaderSays({ kind: 'snapshot', id: THEIRS });
    await vi.waitFor(() => expect(pieces).toHaveLength(1));
    const before = fetches.length;
    await quorum.beginEpoch({ ...BEGUN, epoch: 5 });
    await vi.waitFor(() => expect(fetches.length).toBe(before + 1));
    expect(fetches.at(-1)?.request.leaderEpoch).toBe(5);
  });
});
