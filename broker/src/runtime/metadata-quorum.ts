import { MillraceError, type Random, type Timer, type Timers, type Uuid } from '@millrace/foundation';
import { assert, unreachable } from '@millrace/foundation/assert';
import { Writer } from '@millrace/protocol';
import { leaderChangeMessage } from '@millrace/protocol/internal';
import { buildControlBatch, iterateBatches, RecordBatchBuilder } from '@millrace/protocol/records';
import type { MetadataRecord } from '../core/metadata/records.ts';
import type { Voter } from '../core/quorum/election.ts';
import { Quorum, type QuorumEffect } from '../core/quorum/quorum.ts';
import type { Log, LogConfig, StorageEngine } from '../storage/log.ts';
import { logNotReadable } from '../storage/storage-errors.ts';
import { UNLIMITED_LOG_CONFIG } from '../storage/unlimited-log-config.ts';
import { decodeMetadataBatch } from './metadata-batch.ts';
import type { MetadataFolder } from './metadata-folder.ts';
import { encodeMetadataRecord } from './metadata-record-codec.ts';
import { readQuorumState, writeQuorumState } from './quorum-state-file.ts';

const METADATA_TOPIC = '__cluster_metadata';
/** The fixed id that KRaft gives the topic of metadata. */
const METADATA_TOPIC_ID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAQ';
const READ_MAX_BYTES = 4 * 1024 * 1024;
const BATCH_MAX_BYTES = 512 * 1024 * 1024;

export interface MetadataQuorumOptions {
  readonly storage: StorageEngine;
  readonly folder: MetadataFolder;
  readonly nodeId: number;
  readonly directoryId: Uuid;
  readonly voters: readonly Voter[];
  readonly segmentBytes: number;
  readonly electionTimeoutMs: number;
  readonly wallMs: () => number;
  readonly timers: Timers;
  readonly random: Random;
  /** The high watermark has moved: everything below is committed. */
  readonly onCommitted: (highWatermark: number) => void;
  /** The log or the election could not be written: nothing is committed from here on. */
  readonly onFailed: (error: MillraceError) => void;
}

/** Records of one stored batch, in log order. */
export interface MetadataBatch {
  readonly records: readonly MetadataRecord[];
  readonly lastOffset: number;
  readonly epoch: number;
  readonly sizeBytes: number;
}

/** Runs the quorum core on the log of `__cluster_metadata-0`. */
export class MetadataQuorum {
  readonly log: Log;
  readonly #options: MetadataQuorumOptions;
  readonly #quorum: Quorum;
  #timer: Timer | undefined;
  #highWatermark = -1;
  #syncing = false;
  #closed = false;

  private constructor(log: Log, quorum: Quorum, options: MetadataQuorumOptions) {
    this.log = log;
    this.#quorum = quorum;
    this.#options = options;
  }

  static async open(options: MetadataQuorumOptions): Promise<MetadataQuorum> {
    const { storage, folder, random } = options;
    const id = { topic: METADATA_TOPIC, topicId: METADATA_TOPIC_ID, partition: 0 };
    const log = await storage.open(id, metadataLogConfig(options.segmentBytes));
    const quorum = new Quorum({
      nodeId: options.nodeId,
      directoryId: options.directoryId,
      voters: options.voters,
      election: await readQuorumState(folder),
      logEpoch: log.leaderEpochs.at(-1)?.epoch ?? -1,
      logEndOffset: log.endOffset,
      electionTimeoutMs: options.electionTimeoutMs,
      random: () => random.float(),
    });
    return new MetadataQuorum(log, quorum, options);
  }

  get highWatermark(): number {
    return this.#highWatermark;
  }

  get epoch(): number {
    return this.#quorum.epoch;
  }

  get isLeader(): boolean {
    return this.#quorum.role.kind === 'leader';
  }

  /** Joins the quorum: resolves when the first step is taken; who leads shows by `onCommitted`. */
  async start(): Promise<void> {
    await this.#perform(this.#quorum.step({ kind: 'start' }));
  }

  /** Appends records as one batch; they are committed when `onCommitted` is past `lastOffset`. */
  append(records: readonly MetadataRecord[]): { readonly lastOffset: number; readonly sizeBytes: number } {
    assert(this.isLeader, 'only the leader of the quorum appends');
    const builder = new RecordBatchBuilder({ maxBytes: BATCH_MAX_BYTES });
    const timestamp = this.#options.wallMs();
    for (const record of records) {
      const fits = builder.tryAppend({ key: null, value: encodeMetadataRecord(record), timestamp });
      assert(fits, 'the records of one decision fit into a batch');
    }
    const batch = builder.build();
    const sizeBytes = batch.length;
    const { lastOffset } = this.log.append(batch, this.epoch);
    void this.#sync();
    return { lastOffset, sizeBytes };
  }

  /** Committed batches from `offset` on, as they stand in the log. */
  async *read(offset: number): AsyncGenerator<MetadataBatch> {
    let next = offset;
    while (next < this.#highWatermark) {
      const limits = { maxBytes: READ_MAX_BYTES, atLeastOne: true, endBefore: this.#highWatermark };
      const before = next;
      for (const buffer of await this.log.read(next, limits)) {
        for (const header of iterateBatches(buffer)) {
          const { lastOffset, sizeInBytes } = header;
          next = lastOffset + 1;
          if (lastOffset < offset || header.isControl) continue;
          const records = decodeMetadataBatch(buffer, header.position);
          yield { records, lastOffset, epoch: header.partitionLeaderEpoch, sizeBytes: sizeInBytes };
        }
      }
      if (next === before) throw logNotReadable(this.log, next);
    }
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #perform(effects: readonly QuorumEffect[]): Promise<void> {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'persist':
          await writeQuorumState(this.#options.folder, effect.election);
          break;
        case 'append-leader-change':
          this.#appendLeaderChange(effect.epoch, effect.granting);
          await this.#sync();
          break;
        case 'committed':
          this.#highWatermark = effect.highWatermark;
          this.#options.onCommitted(effect.highWatermark);
          break;
        case 'timer':
          this.#timer?.cancel();
          this.#timer = this.#options.timers.after(effect.afterMs, () => {
            void this.#perform(this.#quorum.step({ kind: 'election-timeout' })).catch((error) =>
              this.#fail(error),
            );
          });
          break;
        default:
          unreachable(effect);
      }
    }
  }

  #appendLeaderChange(epoch: number, granting: readonly number[]): void {
    const { nodeId, voters, wallMs } = this.#options;
    const version = leaderChangeMessage.maxVersion;
    const writer = new Writer(64);
    leaderChangeMessage.encode(writer, version, {
      version,
      leaderId: nodeId,
      voters: voters.map(wireVoter),
      grantingVoters: voters.filter((voter) => granting.includes(voter.id)).map(wireVoter),
    });
    const value = writer.finish();
    this.log.append(buildControlBatch({ type: 'LEADER_CHANGE', value, timestamp: wallMs() }), epoch);
  }

  /** Syncs until everything appended is on disk; whatever came in meanwhile shares the next sync. */
  async #sync(): Promise<void> {
    if (this.#syncing) return;
    this.#syncing = true;
    // What the same turn still appends goes along.
    await Promise.resolve();
    try {
      while (!this.#closed && this.log.flushedOffset < this.log.endOffset) {
        await this.log.flush();
        const endOffset = this.log.flushedOffset;
        await this.#perform(
          this.#quorum.step({ kind: 'replicated', voter: this.#options.nodeId, endOffset }),
        );
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#syncing = false;
    }
  }

  #fail(cause: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    const detail = cause instanceof Error ? cause.message : String(cause);
    this.#options.onFailed(
      new MillraceError(`The metadata log cannot be written: ${detail}`, {
        code: 'METADATA_LOG_FAILED',
        class: 'transient',
        hint: 'Mend the disk under the data folder and start the broker again.',
        cause,
      }),
    );
  }
}

function wireVoter(voter: Voter): { voterId: number; voterDirectoryId: Uuid } {
  return { voterId: voter.id, voterDirectoryId: voter.directoryId };
}

function metadataLogConfig(segmentBytes: number): LogConfig {
  return {
    ...UNLIMITED_LOG_CONFIG,
    segmentBytes,
    cleanupPolicy: ['delete'],
    maxMessageBytes: BATCH_MAX_BYTES,
  };
}
