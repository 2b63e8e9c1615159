/**
 * FetchSnapshot v0-1
 * A piece of a snapshot of the metadata log (KIP-630).
 *
 * 0   flexible from the start
 * 1   directory id of who asks, endpoints in the answer (KIP-853)
 */
import {
  api,
  array,
  int16,
  int32,
  int64,
  one,
  records,
  string,
  structure,
  uint16,
  uuid,
} from '../src/schema/schema.ts';

export const fetchSnapshot = api({
  key: 59,
  name: 'FetchSnapshot',
  versions: '0-1',
  flexible: '0+',
  listeners: ['controller'],
  request: {
    clusterId: string({ nullable: '0+', default: null, tag: 0 }),
    replicaId: int32({ default: -1 }),
    maxBytes: int32({ default: 0x7fffffff }),
    topics: array(
      structure('Topic', {
        name: string(),
        partitions: array(
          structure('Partition', {
            partition: int32(),
            currentLeaderEpoch: int32(),
            snapshotId: one(structure('SnapshotId', { endOffset: int64(), epoch: int32() })),
            position: int64(),
            replicaDirectoryId: uuid({ versions: '1+', tag: 0, ignorable: true }),
          }),
        ),
      }),
    ),
  },
  response: {
    throttleTimeMs: int32({ ignorable: true }),
    errorCode: int16(),
    topics: array(
      structure('Topic', {
        name: string(),
        partitions: array(
          structure('Partition', {
            index: int32(),
            errorCode: int16(),
            snapshotId: one(structure('SnapshotId', { endOffset: int64(), epoch: int32() })),
            currentLeader: one(structure('CurrentLeader', { leaderId: int32(), leaderEpoch: int32() }), {
              tag: 0,
            }),
            size: int64(),
            position: int64(),
            unalignedRecords: records(),
          }),
        ),
      }),
    ),
    nodeEndpoints: array(structure('NodeEndpoint', { nodeId: int32(), host: string(), port: uint16() }), {
      versions: '1+',
      tag: 0,
    }),
  },
});
