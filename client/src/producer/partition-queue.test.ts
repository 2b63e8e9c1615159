import { readBatchHeader } from '@millrace/protocol/records';
import { describe, expect, it } from 'vitest';
import { BatchMemory } from './batch-memory.ts';
import { PartitionQueue } from './partition-queue.ts';
import type { ProducerBatch } from './producer-batch.ts';
import { producerConfig } from './producer-config.ts';

const config = producerConfig({ bootstrapServers: ['b:1'], batchBytes: 200, lingerMs: 5 });
const identity = { producerId: 7, producerEpoch: 0 };
const NODE = 1;

function queueOf(batches: number, recordsEach = 1): PartitionQueue {
  const queue = new PartitionQueue('t', 0, config, new BatchMemory(config.batchBytes));
  for (let i = 0; i < batches * recordsEach; i++) {
    const value = Buffer.alloc(Math.floor(120 / recordsEach));
    queue.append(
      { record: { topic: 't', key: null, value }, timestamp: 1, callback: undefined, token: 0 },
      100,
      () => 0,
    );
  }
  return queue;
}

function take(queue: PartitionQueue, node = NODE, as = identity): ProducerBatch {
  const batch = queue.take(node, as);
  if (batch === null) throw new Error('nothing to take');
  return batch;
}

function stateOf(batch: ProducerBatch): { epoch: number; sequence: number } {
  const { producerEpoch, baseSequence } = readBatchHeader(batch.bytes);
  return { epoch: producerEpoch, sequence: baseSequence };
}

describe('PartitionQueue', () => {
  it('lingers with a batch that is not full, and not with one behind which another begins', () => {
    expect(queueOf(1).readyAtMs(false)).toBe(5);
    expect(queueOf(1).readyAtMs(true)).toBe(0);
    expect(queueOf(2).readyAtMs(false)).toBe(0);
  });

  it('numbers batches on, by their records', () => {
    const queue = queueOf(3);
    expect([take(queue), take(queue), take(queue)].map((batch) => stateOf(batch).sequence)).toEqual([
      0, 1, 2,
    ]);
  });

  it('holds at most five under way', () => {
    const queue = queueOf(8);
    queue.acknowledged(take(queue));
    for (let i = 0; i < 5; i++) {
      expect(queue.readyAtMs(false)).toBe(0);
      take(queue);
    }
    expect(queue.readyAtMs(false)).toBe(Number.POSITIVE_INFINITY);
  });

  it('sends nothing behind the first batch until the broker knows the producer', () => {
    const queue = queueOf(3);
    const first = take(queue);
    expect(queue.readyAtMs(false)).toBe(Number.POSITIVE_INFINITY);
    queue.acknowledged(first);
    expect(queue.readyAtMs(false)).toBe(0);
  });

  it('sends smaller batches in place of one that is too large, before what comes behind it', () => {
    const queue = queueOf(4, 4);
    const a = take(queue);
    queue.acknowledged(a);
    const [b, c] = [take(queue), take(queue)];
    const reservedBytes = b.reservedBytes;
    const parts = queue.split(b);
    queue.outOfOrder(c, 0);
    expect(queue.needsNewEpoch).toBe(false);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.every(({ sizeBytes }) => sizeBytes < b.sizeBytes)).toBe(true);
    expect(parts.reduce((sum, part) => sum + part.reservedBytes, 0)).toBeCloseTo(reservedBytes);
    const states = [...parts, c].map((expected) => {
      const batch = take(queue);
      expect(batch).toBe(expected);
      const state = { ...stateOf(batch), records: batch.recordCount };
      queue.acknowledged(batch);
      return state;
    });
    let sequence = a.recordCount;
    for (const state of states) {
      expect(state).toEqual({ epoch: 0, sequence, records: state.records });
      sequence += state.records;
    }
    expect(sequence).toBe(a.recordCount + b.recordCount + c.recordCount);
  });

  it('tells each record of a batch that was split of its own part', () => {
    const queue = new PartitionQueue(
      't',
      0,
      producerConfig({ bootstrapServers: ['b:1'] }),
      new BatchMemory(1_024),
    );
    const told: [number, number | null][] = [];
    for (let token = 10; token < 15; token++) {
      queue.append(
        {
          record: { topic: 't', key: null, value: Buffer.alloc(50) },
          timestamp: 1,
          callback: (_error, metadata, of) => told.push([of, metadata?.offset ?? null]),
          token,
        },
        50,
        () => 0,
      );
    }
    const whole = take(queue);
    const parts = queue.split(whole);
    whole.acknowledge(70, -1);
    expect(told).toEqual([]);
    let offset = 100;
    for (const part of parts) {
      part.acknowledge(offset, -1);
      offset += part.recordCount;
    }
    expect(told).toEqual([10, 11, 12, 13, 14].map((token, index) => [token, 100 + index]));
  });

  it('uses the memory of a large batch again when its only try was answered, and not when it was tried twice', () => {
    const queue = queueOf(2);
    const append = () => {
      const record = { topic: 't', key: null, value: Buffer.alloc(120) };
      queue.append({ record, timestamp: 1, callback: undefined, token: 0 }, 100, () => 0);
      return take(queue);
    };
    queue.acknowledged(take(queue));
    queue.acknowledged(take(queue));
    const first = append();
    const piece = first.bytes.buffer;
    queue.acknowledged(first);
    expect(() => first.bytes).toThrow(/only a sealed batch/);
    const second = append();
    expect(second.bytes.buffer).toBe(piece);
    queue.retry(second, 0);
    expect(take(queue)).toBe(second);
    queue.acknowledged(second);
    expect(append().bytes.buffer).not.toBe(piece);
  });

  it('does not send to a new leader while batches are under way at the old one', () => {
    const queue = queueOf(2);
    const first = take(queue, 1);
    expect(queue.mayGoTo(2)).toBe(false);
    queue.acknowledged(first);
    expect(queue.mayGoTo(2)).toBe(true);
  });

  it('sends nothing new until what must be tried again has gone, in its order', () => {
    const queue = queueOf(4);
    const [a, b, c] = [take(queue), take(queue), take(queue)];
    queue.retry(b, 50);
    expect(queue.readyAtMs(false)).toBe(Number.POSITIVE_INFINITY);
    queue.retry(c, 60);
    queue.retry(a, 70);
    expect(queue.readyAtMs(false)).toBe(70);
    expect(take(queue)).toBe(a);
    expect(queue.readyAtMs(false)).toBe(Number.POSITIVE_INFINITY);
    queue.acknowledged(a);
    expect(take(queue)).toBe(b);
    expect(stateOf(b)).toEqual({ epoch: 0, sequence: 1 });
  });

  it('begins no new epoch for a gap that a batch to be tried again explains', () => {
    const queue = queueOf(2);
    const [a, b] = [take(queue), take(queue)];
    queue.retry(a, 10);
    queue.outOfOrder(b, 10);
    expect(queue.needsNewEpoch).toBe(false);
    expect([take(queue), take(queue)].map(stateOf)).toEqual([
      { epoch: 0, sequence: 0 },
      { epoch: 0, sequence: 1 },
    ]);
  });

  it('begins a new epoch at sequence 0 where the broker has lost what came before', () => {
    const queue = queueOf(4);
    queue.acknowledged(take(queue));
    const [b, c] = [take(queue), take(queue)];
    queue.outOfOrder(b, 10);
    expect(queue.needsNewEpoch).toBe(false);
    queue.outOfOrder(c, 10);
    expect(queue.needsNewEpoch).toBe(true);
    const next = { producerId: 7, producerEpoch: 1 };
    const states = [0, 1, 2].map(() => {
      const batch = take(queue, NODE, next);
      const state = stateOf(batch);
      queue.acknowledged(batch);
      return state;
    });
    expect(states).toEqual([0, 1, 2].map((sequence) => ({ epoch: 1, sequence })));
  });

  it('closes the gap that a batch leaves that was refused for good', () => {
    const queue = queueOf(4);
    const [a, b, c] = [take(queue), take(queue), take(queue)];
    queue.acknowledged(a);
    queue.refused(b);
    queue.outOfOrder(c, 10);
    expect(queue.needsNewEpoch).toBe(false);
    const states = [0, 1].map(() => {
      const batch = take(queue);
      const state = stateOf(batch);
      queue.acknowledged(batch);
      return state;
    });
    expect(states).toEqual([
      { epoch: 0, sequence: 1 },
      { epoch: 0, sequence: 2 },
    ]);
  });

  it('gives up what is overdue, but leaves what is under way to its answer', () => {
    const queue = queueOf(3);
    const [a] = [take(queue)];
    const late = config.deliveryTimeoutMs + 1;
    expect(queue.expired(late - 2)).toEqual([]);
    expect(queue.expired(late)).toHaveLength(2);
    queue.retry(a, late);
    expect(queue.expired(late)).toEqual([a]);
    expect(queue.isIdle).toBe(true);
  });
});
