import { Reader } from '@millrace/protocol';
import {
  shareSnapshotKey,
  shareSnapshotValue,
  shareUpdateKey,
  shareUpdateValue,
} from '@millrace/protocol/internal';
import { ACKNOWLEDGED, ARCHIVED, AVAILABLE, type StoredState } from '../core/share/delivery-state.ts';
import type { ShareStateRecord } from '../core/share/share-state-record.ts';
import type { StateBatch } from '../core/share/state-batches.ts';
import type { CoordinatorCodec } from './coordinator-shard.ts';
import { decodeValue, prefixed } from './stored-kind.ts';

const SNAPSHOT_TYPE = 0;
const UPDATE_TYPE = 1;
const KEY_VERSION = 0;
const VALUE_VERSION = 0;

/** Records of `__share_group_state`, as Kafka writes them. */
export const shareStateCodec: CoordinatorCodec<ShareStateRecord> = {
  encode(record) {
    const { group: groupId, topicId, partition } = record.key;
    const key = { groupId, topicId, partition };
    if (record.kind === 'update') {
      const { value } = record;
      return {
        key: prefixed(shareUpdateKey, UPDATE_TYPE, KEY_VERSION, key),
        value:
          value &&
          prefixed(shareUpdateValue, VALUE_VERSION, VALUE_VERSION, { ...value, stateBatches: value.batches }),
      };
    }
    const { value } = record;
    return {
      key: prefixed(shareSnapshotKey, SNAPSHOT_TYPE, KEY_VERSION, key),
      value:
        value &&
        prefixed(shareSnapshotValue, VALUE_VERSION, VALUE_VERSION, {
          ...value,
          createTimestamp: value.createMs,
          writeTimestamp: value.writeMs,
          stateBatches: value.batches,
        }),
    };
  },
  decode(bytes, value) {
    const reader = new Reader(bytes);
    switch (reader.int16()) {
      case SNAPSHOT_TYPE: {
        const { groupId: group, topicId, partition } = shareSnapshotKey.decode(reader, KEY_VERSION);
        return { kind: 'snapshot', key: { group, topicId, partition }, value: value && snapshotOf(value) };
      }
      case UPDATE_TYPE: {
        const { groupId: group, topicId, partition } = shareUpdateKey.decode(reader, KEY_VERSION);
        return { kind: 'update', key: { group, topicId, partition }, value: value && updateOf(value) };
      }
      default:
        return null;
    }
  },
};

function snapshotOf(bytes: Buffer) {
  const { createTimestamp, writeTimestamp, stateBatches, ...rest } = decodeValue(shareSnapshotValue, bytes);
  return {
    ...rest,
    createMs: createTimestamp,
    writeMs: writeTimestamp,
    batches: stateBatches.map(batchOf),
  };
}

function updateOf(bytes: Buffer) {
  const { stateBatches, ...rest } = decodeValue(shareUpdateValue, bytes);
  return { ...rest, batches: stateBatches.map(batchOf) };
}

function batchOf(batch: Omit<StateBatch, 'deliveryState'> & { readonly deliveryState: number }): StateBatch {
  return { ...batch, deliveryState: storedState(batch.deliveryState) };
}

/** What is stored of a record by its number; what nobody knows is delivered, rather than lost. */
export function storedState(state: number): StoredState {
  return state === ACKNOWLEDGED || state === ARCHIVED ? state : AVAILABLE;
}
