// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface TxnOffsetCommitRequest {
  readonly transactionalId: string;
  readonly groupId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly topics: readonly TxnOffsetCommitRequestTopic[];
}

export interface TxnOffsetCommitRequestInit {
  readonly transactionalId: string;
  readonly groupId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly generationId?: number | undefined;
  readonly memberId?: string | undefined;
  readonly groupInstanceId?: string | null | undefined;
  readonly topics: readonly TxnOffsetCommitRequestTopicInit[];
}

export interface TxnOffsetCommitRequestTopic {
  readonly name: string;
  readonly partitions: readonly TxnOffsetCommitRequestPartition[];
}

export interface TxnOffsetCommitRequestTopicInit {
  readonly name: string;
  readonly partitions: readonly TxnOffsetCommitRequestPartitionInit[];
}

export interface TxnOffsetCommitRequestPartition {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly committedMetadata: string | null;
}

export interface TxnOffsetCommitRequestPartitionInit {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch?: number | undefined;
  readonly committedMetadata: string | null;
}

function decodeTxnOffsetCommitRequest(r: Reader, version: number): TxnOffsetCommitRequest {
  const transactionalId_ = version >= 3 ? r.compactString() : r.string();
  const groupId_ = version >= 3 ? r.compactString() : r.string();
  const producerId_ = r.int64();
  const producerEpoch_ = r.int16();
  const generationId_ = version >= 3 ? r.int32() : -1;
  const memberId_ = version >= 3 ? r.compactString() : '';
  const groupInstanceId_ = version >= 3 ? r.compactNullableString() : null;
  const topics_: TxnOffsetCommitRequestTopic[] = [];
  const topics_length = version >= 3 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeTxnOffsetCommitRequestTopic(r, version));
  if (version >= 3) {
    r.skipTags();
  }
  return {
    transactionalId: transactionalId_,
    groupId: groupId_,
    producerId: producerId_,
    producerEpoch: producerEpoch_,
    generationId: generationId_,
    memberId: memberId_,
    groupInstanceId: groupInstanceId_,
    topics: topics_,
  };
}

function encodeTxnOffsetCommitRequest(w: Writer, version: number, value: TxnOffsetCommitRequestInit): void {
  const transactionalId_: string = value.transactionalId;
  if (version >= 3) {
    w.compactString(transactionalId_);
  } else {
    w.string(transactionalId_);
  }
  const groupId_: string = value.groupId;
  if (version >= 3) {
    w.compactString(groupId_);
  } else {
    w.string(groupId_);
  }
  const producerId_: number = value.producerId;
  w.int64(producerId_);
  const producerEpoch_: number = value.producerEpoch;
  w.int16(producerEpoch_);
  const generationId_: number = value.generationId ?? -1;
  if (!(version >= 3) && generationId_ !== -1) throw fieldNotInVersion('TxnOffsetCommitRequest', 'generationId', version);
  if (version >= 3) {
    w.int32(generationId_);
  }
  const memberId_: string = value.memberId ?? '';
  if (!(version >= 3) && memberId_ !== '') throw fieldNotInVersion('TxnOffsetCommitRequest', 'memberId', version);
  if (version >= 3) {
    w.compactString(memberId_);
  }
  const groupInstanceId_: string | null = value.groupInstanceId ?? null;
  if (!(version >= 3) && groupInstanceId_ !== null) throw fieldNotInVersion('TxnOffsetCommitRequest', 'groupInstanceId', version);
  if (version >= 3) {
    w.compactNullableString(groupInstanceId_);
  }
  const topics_: readonly TxnOffsetCommitRequestTopicInit[] = value.topics;
  if (version >= 3) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeTxnOffsetCommitRequestTopic(w, version, item);
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

function decodeTxnOffsetCommitRequestTopic(r: Reader, version: number): TxnOffsetCommitRequestTopic {
  const name_ = version >= 3 ? r.compactString() : r.string();
  const partitions_: TxnOffsetCommitRequestPartition[] = [];
  const partitions_length = version >= 3 ? r.compactArrayLength(18) : r.arrayLength(14);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeTxnOffsetCommitRequestPartition(r, version));
  if (version >= 3) {
    r.skipTags();
  }
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeTxnOffsetCommitRequestTopic(w: Writer, version: number, value: TxnOffsetCommitRequestTopicInit): void {
  const name_: string = value.name;
  if (version >= 3) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const partitions_: readonly TxnOffsetCommitRequestPartitionInit[] = value.partitions;
  if (version >= 3) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeTxnOffsetCommitRequestPartition(w, version, item);
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

function decodeTxnOffsetCommitRequestPartition(r: Reader, version: number): TxnOffsetCommitRequestPartition {
  const partitionIndex_ = r.int32();
  const committedOffset_ = r.int64();
  const committedLeaderEpoch_ = version >= 2 ? r.int32() : -1;
  const committedMetadata_ = version >= 3 ? r.compactNullableString() : r.nullableString();
  if (version >= 3) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    committedOffset: committedOffset_,
    committedLeaderEpoch: committedLeaderEpoch_,
    committedMetadata: committedMetadata_,
  };
}

function encodeTxnOffsetCommitRequestPartition(w: Writer, version: number, value: TxnOffsetCommitRequestPartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const committedOffset_: number = value.committedOffset;
  w.int64(committedOffset_);
  if (version >= 2) {
    const committedLeaderEpoch_: number = value.committedLeaderEpoch ?? -1;
    w.int32(committedLeaderEpoch_);
  }
  const committedMetadata_: string | null = value.committedMetadata;
  if (version >= 3) {
    w.compactNullableString(committedMetadata_);
  } else {
    w.nullableString(committedMetadata_);
  }
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

export interface TxnOffsetCommitResponse {
  readonly throttleTimeMs: number;
  readonly topics: readonly TxnOffsetCommitResponseTopic[];
}

export interface TxnOffsetCommitResponseInit {
  readonly throttleTimeMs: number;
  readonly topics: readonly TxnOffsetCommitResponseTopicInit[];
}

export interface TxnOffsetCommitResponseTopic {
  readonly name: string;
  readonly partitions: readonly TxnOffsetCommitResponsePartition[];
}

export interface TxnOffsetCommitResponseTopicInit {
  readonly name: string;
  readonly partitions: readonly TxnOffsetCommitResponsePartitionInit[];
}

export interface TxnOffsetCommitResponsePartition {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

export interface TxnOffsetCommitResponsePartitionInit {
  readonly partitionIndex: number;
  readonly errorCode: number;
}

function decodeTxnOffsetCommitResponse(r: Reader, version: number): TxnOffsetCommitResponse {
  const throttleTimeMs_ = r.int32();
  const topics_: TxnOffsetCommitResponseTopic[] = [];
  const topics_length = version >= 3 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topics_length; i++) topics_.push(decodeTxnOffsetCommitResponseTopic(r, version));
  if (version >= 3) {
    r.skipTags();
  }
  return {
    throttleTimeMs: throttleTimeMs_,
    topics: topics_,
  };
}

function encodeTxnOffsetCommitResponse(w: Writer, version: number, value: TxnOffsetCommitResponseInit): void {
  const throttleTimeMs_: number = value.throttleTimeMs;
  w.int32(throttleTimeMs_);
  const topics_: readonly TxnOffsetCommitResponseTopicInit[] = value.topics;
  if (version >= 3) {
    w.compactArrayLength(topics_.length);
  } else {
    w.arrayLength(topics_.length);
  }
  for (const item of topics_) encodeTxnOffsetCommitResponseTopic(w, version, item);
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

function decodeTxnOffsetCommitResponseTopic(r: Reader, version: number): TxnOffsetCommitResponseTopic {
  const name_ = version >= 3 ? r.compactString() : r.string();
  const partitions_: TxnOffsetCommitResponsePartition[] = [];
  const partitions_length = version >= 3 ? r.compactArrayLength(7) : r.arrayLength(6);
  for (let i = 0; i < partitions_length; i++) partitions_.push(decodeTxnOffsetCommitResponsePartition(r, version));
  if (version >= 3) {
    r.skipTags();
  }
  return {
    name: name_,
    partitions: partitions_,
  };
}

function encodeTxnOffsetCommitResponseTopic(w: Writer, version: number, value: TxnOffsetCommitResponseTopicInit): void {
  const name_: string = value.name;
  if (version >= 3) {
    w.compactString(name_);
  } else {
    w.string(name_);
  }
  const partitions_: readonly TxnOffsetCommitResponsePartitionInit[] = value.partitions;
  if (version >= 3) {
    w.compactArrayLength(partitions_.length);
  } else {
    w.arrayLength(partitions_.length);
  }
  for (const item of partitions_) encodeTxnOffsetCommitResponsePartition(w, version, item);
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

function decodeTxnOffsetCommitResponsePartition(r: Reader, version: number): TxnOffsetCommitResponsePartition {
  const partitionIndex_ = r.int32();
  const errorCode_ = r.int16();
  if (version >= 3) {
    r.skipTags();
  }
  return {
    partitionIndex: partitionIndex_,
    errorCode: errorCode_,
  };
}

function encodeTxnOffsetCommitResponsePartition(w: Writer, version: number, value: TxnOffsetCommitResponsePartitionInit): void {
  const partitionIndex_: number = value.partitionIndex;
  w.int32(partitionIndex_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  if (version >= 3) {
    w.unsignedVarint(0);
  }
}

export const txnOffsetCommit: Api<TxnOffsetCommitRequest, TxnOffsetCommitRequestInit, TxnOffsetCommitResponse, TxnOffsetCommitResponseInit> = {
  key: 28,
  name: 'TxnOffsetCommit',
  minVersion: 0,
  maxVersion: 5,
  listeners: ['broker'],
  request: {
    name: 'TxnOffsetCommitRequest',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('TxnOffsetCommitRequest', version, 0, 5);
      return decodeTxnOffsetCommitRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('TxnOffsetCommitRequest', version, 0, 5);
      encodeTxnOffsetCommitRequest(writer, version, value);
    },
  },
  response: {
    name: 'TxnOffsetCommitResponse',
    minVersion: 0,
    maxVersion: 5,
    flexibleFrom: 3,
    decode(reader, version) {
      checkVersion('TxnOffsetCommitResponse', version, 0, 5);
      return decodeTxnOffsetCommitResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('TxnOffsetCommitResponse', version, 0, 5);
      encodeTxnOffsetCommitResponse(writer, version, value);
    },
  },
};
