/** A bug such as one makes: a piece of a source file, and what stands there instead. */
export interface PlantedBug {
  /** Below `broker/src`. */
  readonly file: string;
  /** Stands there once. */
  readonly right: string;
  readonly wrong: string;
}

/** Planted one at a time, in what the simulation loads and nowhere else: each must be found. */
export const plantedBugs: Readonly<Record<string, PlantedBug>> = {
  'a record counts as committed before the in-sync set has it': {
    file: 'core/replication/leader-replicas.ts',
    right: 'if (progress !== undefined) committed = Math.min(committed, progress.endOffset);',
    wrong: 'if (progress !== undefined) committed = Math.max(committed, progress.endOffset);',
  },
  'a follower joins the in-sync set that lags': {
    file: 'core/replication/leader-replicas.ts',
    right: 'return endOffset >= now.highWatermark && endOffset >= this.#epochStartOffset &&',
    wrong: 'return',
  },
  'a follower does not cut what its leader does not have': {
    file: 'apis/replica-fetch.ts',
    right: 'if (end.epoch === data.lastFetchedEpoch && data.fetchOffset <= end.offset) return null;',
    wrong: 'if (end.epoch >= -1) return null;',
  },
  'a broker that may have lost its tail stays eligible': {
    file: 'core/controller/brokers.ts',
    right: '...changesWithout(input, brokerId, { mayLackItsEnd: !endedInOrder }),',
    wrong: '',
  },
  'eligible replicas are ignored: the last in the in-sync set leads': {
    file: 'core/controller/partition-changes.ts',
    right: 'const eligible = elr.find(hasAll);',
    wrong: 'const eligible = replicas.find(hasAll);',
  },
  'whoever is alive may lead, in sync or not': {
    file: 'core/controller/partition-changes.ts',
    right: '[...row, ...replicas].find((id) => isr.includes(id) && hasAll(id))',
    wrong: '[...row, ...replicas].find((id) => hasAll(id))',
  },
  'a vote is given twice in an epoch': {
    file: 'core/quorum/quorum.ts',
    right: 'if (voted !== null) return isSameVoter(voted, candidate);',
    wrong: '',
  },
  'votes and epochs are not on disk': {
    file: 'runtime/metadata-quorum.ts',
    right: 'return await writeQuorumState(folder, effect.election);',
    wrong: 'return;',
  },
  'a vote is given to whoever lacks records': {
    file: 'core/quorum/quorum.ts',
    right: 'const isFitting = isUpToDate({ lastEpoch, endOffset }, this.#options.log);',
    wrong: 'const isFitting = lastEpoch > -9 || isUpToDate({ lastEpoch, endOffset }, this.#options.log);',
  },
  'one voter is enough to commit metadata': {
    file: 'core/quorum/leader.ts',
    right: 'descending[majorityOf(voters.size) - 1] ?? -1',
    wrong: 'descending[0] ?? -1',
  },
  'the metadata log is not cut where it parts': {
    file: 'runtime/metadata-follower.ts',
    right: 'await log.truncateTo(quorum.truncationOffset(reply.position));',
    wrong: '',
  },
  'min.insync.replicas is not asked for': {
    file: 'runtime/local-partition.ts',
    right: 'if (this.inSyncReplicas.length < this.#leadership.minInSyncReplicas) return;',
    wrong: '',
  },
  'a batch that came before is taken again': {
    file: 'core/log/producer-table.ts',
    right: "if (same !== undefined) return { kind: 'duplicate', of: same };",
    wrong: "if (same !== undefined) return { kind: 'next' };",
  },
  'records are read by committed readers before their transaction is decided': {
    file: 'core/log/open-transactions.ts',
    right: 'const undecided = this.firstUndecided();',
    wrong: 'const undecided = null as number | null;',
  },
  'a marker that a partition did not take is forgotten': {
    file: 'core/transaction/complete-transaction.ts',
    right: 'if (left.size === 0) complete(',
    wrong: 'if (left.size >= 0) complete(',
  },
  'an older epoch of a producer may still write': {
    file: 'core/log/producer-table.ts',
    right: 'if (producerEpoch >= entry.producerEpoch) return null;',
    wrong: 'if (producerEpoch >= -1) return null;',
  },
  'what a predecessor left open is not aborted': {
    file: 'core/transaction/init-producer-id.ts',
    right: "else if (known?.state === 'Ongoing') abortFirst(",
    wrong: "else if (known?.state === 'Ongoing' && now.wallMs < 0) abortFirst(",
  },
  'what rests on a record is answered before that is committed': {
    file: 'runtime/coordinator-shard.ts',
    right: 'this.#partition.whenCommitted(endOffset, (error) => {',
    wrong: 'this.#partition.whenCommitted(0, (error) => {',
  },
  'an offset of an open transaction counts as stable': {
    file: 'core/group/fetch-offsets.ts',
    right: 'const isUnstable = query.requireStable && shard',
    wrong: 'const isUnstable = query.group === null && shard',
  },
  'offsets of a transaction that was aborted count': {
    file: 'core/group/group-shard.ts',
    right: 'if (!isAbort && (known',
    wrong: 'if ((known',
  },
  'a coordinator does not read what was there before it': {
    file: 'runtime/coordinator-shard.ts',
    right: 'let offset = log.startOffset;',
    wrong: 'let offset = endOffset;',
  },
  'a coordinator goes on where it leads no more': {
    file: 'runtime/coordinators.ts',
    right: 'transactions.partitionLost(topic, partition);',
    wrong: '',
  },
  'records count as committed that are not written yet': {
    file: 'runtime/local-partition.ts',
    right: 'const written = config.flushMessages === 1 ? flushedOffset : writtenOffset;',
    wrong: 'const written = this.log.endOffset;',
  },
  'compaction takes the newest value of a key too': {
    file: 'core/log/batch-retention.ts',
    right: '!record.hasKey || record.offset < record.newestOffset',
    wrong: '!record.hasKey || record.offset <= record.newestOffset',
  },
  'a broker is refused for good while the disk of the controller is full': {
    file: 'runtime/broker-lifecycle.ts',
    right: 'const isPassing = result !== null && PASSING.has(result.error);',
    wrong: 'const isPassing = false;',
  },
  'offsets of a transaction that was committed are dropped': {
    file: 'core/group/group-shard.ts',
    right: 'this.offsets.set(group, topic, partition, value);',
    wrong: ';',
  },
  'the marker of an aborted transaction says that it was committed': {
    file: 'runtime/coordinator-shard.ts',
    right: "type: isAbort ? 'ABORT' : 'COMMIT',",
    wrong: "type: isAbort && now.monoMs < 0 ? 'ABORT' : 'COMMIT',",
  },
  'committed readers are not told which transactions were aborted': {
    file: 'apis/01-fetch.ts',
    right: 'isCommitted ? await abortedIn(partition, data.fetchOffset, batches) : null',
    wrong: 'isCommitted ? [] : null',
  },
  'committed readers read up to the high watermark': {
    file: 'apis/01-fetch.ts',
    right: 'const endBefore = isCommitted ? partition.lastStableOffset : partition.highWatermark;',
    wrong: 'const endBefore = partition.highWatermark;',
  },
  'a snapshot of the metadata leaves out who is eligible': {
    file: 'core/metadata/record-builders.ts',
    right: 'eligibleLeaderReplicas: partition.elr.length > 0 ? partition.elr : null,',
    wrong: 'eligibleLeaderReplicas: null,',
  },
  'a follower takes its high watermark from the leader, whatever it has itself': {
    file: 'runtime/local-partition.ts',
    right: 'this.#moveTo(Math.min(highWatermark, this.log.writtenOffset));',
    wrong: 'this.#moveTo(highWatermark);',
  },
  'the high watermark goes back': {
    file: 'runtime/local-partition.ts',
    right: 'if (highWatermark <= this.#highWatermark) return;',
    wrong: 'if (highWatermark === this.#highWatermark) return;',
  },
  'the controller answers before what it decided is committed': {
    file: 'runtime/controller-runtime.ts',
    right: 'await this.#until(reign, this.#options.loader.replayed(reign.image.offset));',
    wrong: 'void reign;',
  },
  'what a share group has accepted is answered before it is stored': {
    file: 'runtime/live-share-partition.ts',
    right: 'return this.#writes.store(said.change).then((error) => error && acknowledgeError(error));',
    wrong: 'void this.#writes.store(said.change);\n    return Promise.resolve(null);',
  },
  'records of a share group stay with who had them when their lock ends': {
    file: 'core/share/share-partition.ts',
    right: 'return this.#giveBack(({ lockedUntilMs }) => lockedUntilMs <= now.monoMs);',
    wrong: 'return this.#giveBack(() => false);',
  },
};
