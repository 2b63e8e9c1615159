import { type Consumer, createConsumer } from '@millrace/client';
import { NUMBERS, NUMBERS_PARTITIONS } from './numbered-load.ts';

export const GROUP = 'readers';

const MEMBERS = 2;
const POLL_MS = 200;

/** Members of one group that read the numbers and commit what they have read: at least once, in order, and never back. */
export class ReadingGroup {
  /** By partition: numbers that were read and whose offsets were committed, or are about to be. */
  readonly read: readonly Set<number>[] = Array.from({ length: NUMBERS_PARTITIONS }, () => new Set());
  readonly violations: string[] = [];
  readonly #committed: number[] = this.read.map(() => 0);
  readonly #running: Promise<unknown>;
  #isOver = false;

  constructor(bootstrapServers: readonly string[]) {
    this.#running = Promise.all(Array.from({ length: MEMBERS }, () => this.#member(bootstrapServers)));
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #member(bootstrapServers: readonly string[]): Promise<void> {
    while (!this.#isOver) {
      const consumer = createConsumer({
        ...{ bootstrapServers, groupId: GROUP, autoOffsetReset: 'earliest' },
        ...{ sessionTimeoutMs: 10_000, heartbeatIntervalMs: 1_000, enableAutoCommit: false },
      });
      try {
        // A partition that comes back goes on from what is committed: its order begins anew.
        const last = new Map<number, number>();
        const forget = async (partitions: readonly { readonly partition: number }[]) => {
          for (const { partition } of partitions) last.delete(partition);
        };
        consumer.subscribe([NUMBERS], { revoked: forget, assigned: forget });
        while (!this.#isOver) await this.#round(consumer, last);
      } catch {
        // It lost its place, or its coordinator: another member takes over, as an application would.
      } finally {
        await consumer.close().catch(() => undefined);
      }
    }
  }

  async #round(consumer: Consumer, last: Map<number, number>): Promise<void> {
    const records = await consumer.poll(POLL_MS);
    const ends = new Map<number, number>();
    for (const { partition, offset, value } of records) {
      const [, number = ''] = String(value).split(':');
      const before = last.get(partition);
      if (before !== undefined && Number(number) !== before + 1)
        this.violations.push(`${GROUP} read ${number} after ${before} of ${NUMBERS}-${partition}`);
      last.set(partition, Number(number));
      this.read[partition]?.add(Number(number));
      ends.set(partition, offset + 1);
    }
    if (ends.size === 0) return;
    await consumer.commit([...ends].map(([partition, offset]) => ({ topic: NUMBERS, partition, offset })));
    for (const [partition, offset] of ends)
      this.#committed[partition] = Math.max(this.#committed[partition] ?? 0, offset);
  }

  /** What was acknowledged as committed must be there. @param offsets by partition, as the coordinator says */
  checkCommitted(offsets: readonly { readonly partition: number; readonly offset: number }[]): void {
    for (const [partition, atLeast] of this.#committed.entries()) {
      const offset = offsets.find((one) => one.partition === partition)?.offset ?? 0;
      if (offset < atLeast)
        this.violations.push(
          `${GROUP} has ${offset} of ${NUMBERS}-${partition}, and ${atLeast} was committed`,
        );
    }
  }
}
