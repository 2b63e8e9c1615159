/**
 * Fetch v4-18
 * Reads record batches from partition leaders: consumers, and brokers that follow.
 *
 * 4   the lowest version left; isolation level, aborted transactions
 * 5   log start offset, both ways
 * 7   fetch sessions: a request names only what changed (KIP-227)
 * 9   the leader epoch that the reader believes in (KIP-320)
 * 10  batches may be compressed with zstd
 * 11  the reader's rack; the answer may point at a closer replica (KIP-392)
 * 12  flexible; epoch of the last fetched record, diverging epoch, current leader
 * 13  topics by id instead of by name (KIP-516)
 * 14  the answer may be OFFSET_MOVED_TO_TIERED_STORAGE (KIP-405)
 * 15  the follower's id moves into a tagged field, with its epoch (KIP-903)
 * 16  endpoints of new leaders in the answer (KIP-951)
 * 17  directory id of the follower (KIP-853)
 * 18  high watermark that the follower knows (KIP-1166)
 */
import { INT64_MAX } from '../src/codec/int64.ts';
import {
  api,
  array,
  int8,
  int16,
  int32,
  int64,
  one,
  records,
  string,
  structure,
  uuid,
} from '../src/schema/schema.ts';

export const fetch = api({
  key: 1,
  name: 'Fetch',
  versions: '4-18',
  flexible: '12+',
  listeners: ['broker', 'controller'],
  request: {
    clusterId: string({ versions: '12+', nullable: '12+', default: null, tag: 0, ignorable: true }),
    replicaId: int32({ versions: '4-14', default: -1 }),
    replicaState: one(
      structure('ReplicaState', {
        replicaId: int32({ default: -1 }),
        replicaEpoch: int64({ default: -1 }),
      }),
      { versions: '15+', tag: 1 },
    ),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ default: 0x7fffffff, ignorable: true }),
    isolationLevel: int8({ default: 0, ignorable: true }),
    sessionId: int32({ versions: '7+', default: 0, ignorable: true }),
    sessionEpoch: int32({ versions: '7+', default: -1, ignorable: true }),
    topics: array(
      structure('Topic', {
        topic: string({ versions: '4-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitions: array(
          structure('Partition', {
            partition: int32(),
            currentLeaderEpoch: int32({ versions: '9+', default: -1, ignorable: true }),
            fetchOffset: int64(),
            lastFetchedEpoch: int32({ versions: '12+', default: -1 }),
            logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
            partitionMaxBytes: int32(),
            replicaDirectoryId: uuid({ versions: '17+', tag: 0, ignorable: true }),
            highWatermark: int64({ versions: '18+', default: INT64_MAX, tag: 1, ignorable: true }),
          }),
        ),
      }),
    ),
    forgottenTopicsData: array(
      structure('ForgottenTopic', {
        topic: string({ versions: '7-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitions: array('int32'),
      }),
      { versions: '7+' },
    ),
    rackId: string({ versions: '11+', default: '', ignorable: true }),
  },
  response: {
    throttleTimeMs: int32({ ignorable: true }),
    errorCode: int16({ versions: '7+', ignorable: true }),
    sessionId: int32({ versions: '7+', default: 0 }),
    responses: array(
      structure('Topic', {
        topic: string({ versions: '4-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitions: array(
          structure('Partition', {
            partitionIndex: int32(),
            errorCode: int16(),
            highWatermark: int64(),
            lastStableOffset: int64({ default: -1, ignorable: true }),
            logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
            divergingEpoch: one(
              structure('DivergingEpoch', {
                epoch: int32({ default: -1 }),
                endOffset: int64({ default: -1 }),
              }),
              { versions: '12+', tag: 0 },
            ),
            currentLeader: one(
              structure('CurrentLeader', {
                leaderId: int32({ default: -1 }),
                leaderEpoch: int32({ default: -1 }),
              }),
              { versions: '12+', tag: 1 },
            ),
            snapshotId: one(
              structure('SnapshotId', {
                endOffset: int64({ default: -1 }),
                epoch: int32({ default: -1 }),
              }),
              { versions: '12+', tag: 2 },
            ),
            abortedTransactions: array(
              structure('AbortedTransaction', {
                producerId: int64(),
                firstOffset: int64(),
              }),
              { nullable: '4+', ignorable: true },
            ),
            preferredReadReplica: int32({ versions: '11+', default: -1 }),
            records: records({ nullable: '4+' }),
          }),
        ),
      }),
    ),
    nodeEndpoints: array(
      structure('NodeEndpoint', {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: '16+', default: null }),
      }),
      { versions: '16+', tag: 0 },
    ),
  },
});
