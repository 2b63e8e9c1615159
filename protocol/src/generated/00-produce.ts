// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import { ZERO_UUID } from '@millrace/foundation/types';
import type { Uuid } from '@millrace/foundation/types';
import type { Api } from '../codec/codec.ts';
import { checkVersion, fieldNotInVersion } from '../codec/protocol-error.ts';
import type { Reader } from '../codec/reader.ts';
import type { Writer } from '../codec/writer.ts';

export interface ProduceRequest {
  readonly transactionalId: string | null;
  readonly acks: number;
  readonly timeoutMs: number;
  readonly topicData: readonly ProduceRequestTopic[];
}

export interface ProduceRequestInit {
  readonly transactionalId?: string | null | undefined;
  readonly acks: number;
  readonly timeoutMs: number;
  readonly topicData: readonly ProduceRequestTopicInit[];
}

export interface ProduceRequestTopic {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitionData: readonly ProduceRequestPartition[];
}

export interface ProduceRequestTopicInit {
  readonly name?: string | undefined;
  readonly topicId?: Uuid | undefined;
  readonly partitionData: readonly ProduceRequestPartitionInit[];
}

export interface ProduceRequestPartition {
  readonly index: number;
  readonly records: Buffer | null;
}

export interface ProduceRequestPartitionInit {
  readonly index: number;
  readonly records: Buffer | null;
}

function decodeProduceRequest(r: Reader, version: number): ProduceRequest {
  const transactionalId_ = version >= 9 ? r.compactNullableString() : r.nullableString();
  const acks_ = r.int16();
  const timeoutMs_ = r.int32();
  const topicData_: ProduceRequestTopic[] = [];
  const topicData_length = version >= 9 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < topicData_length; i++) topicData_.push(decodeProduceRequestTopic(r, version));
  if (version >= 9) {
    r.skipTags();
  }
  return {
    transactionalId: transactionalId_,
    acks: acks_,
    timeoutMs: timeoutMs_,
    topicData: topicData_,
  };
}

function encodeProduceRequest(w: Writer, version: number, value: ProduceRequestInit): void {
  const transactionalId_: string | null = value.transactionalId ?? null;
  if (version >= 9) {
    w.compactNullableString(transactionalId_);
  } else {
    w.nullableString(transactionalId_);
  }
  const acks_: number = value.acks;
  w.int16(acks_);
  const timeoutMs_: number = value.timeoutMs;
  w.int32(timeoutMs_);
  const topicData_: readonly ProduceRequestTopicInit[] = value.topicData;
  if (version >= 9) {
    w.compactArrayLength(topicData_.length);
  } else {
    w.arrayLength(topicData_.length);
  }
  for (const item of topicData_) encodeProduceRequestTopic(w, version, item);
  if (version >= 9) {
    w.unsignedVarint(0);
  }
}

function decodeProduceRequestTopic(r: Reader, version: number): ProduceRequestTopic {
  const name_ = version <= 12 ? (version >= 9 ? r.compactString() : r.string()) : '';
  const topicId_ = version >= 13 ? r.uuid() : ZERO_UUID;
  const partitionData_: ProduceRequestPartition[] = [];
  const partitionData_length = version >= 9 ? r.compactArrayLength(6) : r.arrayLength(8);
  for (let i = 0; i < partitionData_length; i++) partitionData_.push(decodeProduceRequestPartition(r, version));
  if (version >= 9) {
    r.skipTags();
  }
  return {
    name: name_,
    topicId: topicId_,
    partitionData: partitionData_,
  };
}

function encodeProduceRequestTopic(w: Writer, version: number, value: ProduceRequestTopicInit): void {
  if (version <= 12) {
    const name_: string = value.name ?? '';
    if (version >= 9) {
      w.compactString(name_);
    } else {
      w.string(name_);
    }
  }
  if (version >= 13) {
    const topicId_: Uuid = value.topicId ?? ZERO_UUID;
    w.uuid(topicId_);
  }
  const partitionData_: readonly ProduceRequestPartitionInit[] = value.partitionData;
  if (version >= 9) {
    w.compactArrayLength(partitionData_.length);
  } else {
    w.arrayLength(partitionData_.length);
  }
  for (const item of partitionData_) encodeProduceRequestPartition(w, version, item);
  if (version >= 9) {
    w.unsignedVarint(0);
  }
}

function decodeProduceRequestPartition(r: Reader, version: number): ProduceRequestPartition {
  const index_ = r.int32();
  const records_ = version >= 9 ? r.compactNullableBytes() : r.nullableBytes();
  if (version >= 9) {
    r.skipTags();
  }
  return {
    index: index_,
    records: records_,
  };
}

function encodeProduceRequestPartition(w: Writer, version: number, value: ProduceRequestPartitionInit): void {
  const index_: number = value.index;
  w.int32(index_);
  const records_: Buffer | null = value.records;
  if (version >= 9) {
    w.compactNullableRecords(records_);
  } else {
    w.nullableRecords(records_);
  }
  if (version >= 9) {
    w.unsignedVarint(0);
  }
}

export interface ProduceResponse {
  readonly responses: readonly ProduceResponseTopic[];
  readonly throttleTimeMs: number;
  readonly nodeEndpoints: readonly ProduceResponseNodeEndpoint[];
}

export interface ProduceResponseInit {
  readonly responses: readonly ProduceResponseTopicInit[];
  readonly throttleTimeMs?: number | undefined;
  readonly nodeEndpoints?: readonly ProduceResponseNodeEndpointInit[] | undefined;
}

export interface ProduceResponseNodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export interface ProduceResponseNodeEndpointInit {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack?: string | null | undefined;
}

export interface ProduceResponseTopic {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitionResponses: readonly ProduceResponsePartition[];
}

export interface ProduceResponseTopicInit {
  readonly name?: string | undefined;
  readonly topicId?: Uuid | undefined;
  readonly partitionResponses: readonly ProduceResponsePartitionInit[];
}

export interface ProduceResponsePartition {
  readonly index: number;
  readonly errorCode: number;
  readonly baseOffset: number;
  readonly logAppendTimeMs: number;
  readonly logStartOffset: number;
  readonly recordErrors: readonly ProduceResponseRecordError[];
  readonly errorMessage: string | null;
  readonly currentLeader: ProduceResponseCurrentLeader;
}

export interface ProduceResponsePartitionInit {
  readonly index: number;
  readonly errorCode: number;
  readonly baseOffset: number;
  readonly logAppendTimeMs?: number | undefined;
  readonly logStartOffset?: number | undefined;
  readonly recordErrors?: readonly ProduceResponseRecordErrorInit[] | undefined;
  readonly errorMessage?: string | null | undefined;
  readonly currentLeader?: ProduceResponseCurrentLeaderInit | undefined;
}

export interface ProduceResponseCurrentLeader {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

export interface ProduceResponseCurrentLeaderInit {
  readonly leaderId?: number | undefined;
  readonly leaderEpoch?: number | undefined;
}

export interface ProduceResponseRecordError {
  readonly batchIndex: number;
  readonly batchIndexErrorMessage: string | null;
}

export interface ProduceResponseRecordErrorInit {
  readonly batchIndex: number;
  readonly batchIndexErrorMessage?: string | null | undefined;
}

const DEFAULT_ProduceResponseCurrentLeader: ProduceResponseCurrentLeader = { leaderId: -1, leaderEpoch: -1 };

function decodeProduceResponse(r: Reader, version: number): ProduceResponse {
  const responses_: ProduceResponseTopic[] = [];
  const responses_length = version >= 9 ? r.compactArrayLength(3) : r.arrayLength(6);
  for (let i = 0; i < responses_length; i++) responses_.push(decodeProduceResponseTopic(r, version));
  const throttleTimeMs_ = r.int32();
  const nodeEndpoints_: ProduceResponseNodeEndpoint[] = [];
  if (version >= 9) {
    for (let count = r.unsignedVarint(); count > 0; count--) {
      const tag = r.unsignedVarint();
      const end = r.tagEnd();
      switch (tag) {
        case 0: {
          if (!(version >= 10)) { r.skipTo(end); break; }
          nodeEndpoints_.length = 0;
          const nodeEndpoints_length = r.compactArrayLength(11);
          for (let i = 0; i < nodeEndpoints_length; i++) nodeEndpoints_.push(decodeProduceResponseNodeEndpoint(r, version));
          break;
        }
        default:
          r.skipTo(end);
      }
      r.closeTag(end);
    }
  }
  return {
    responses: responses_,
    throttleTimeMs: throttleTimeMs_,
    nodeEndpoints: nodeEndpoints_,
  };
}

function encodeProduceResponse(w: Writer, version: number, value: ProduceResponseInit): void {
  const responses_: readonly ProduceResponseTopicInit[] = value.responses;
  if (version >= 9) {
    w.compactArrayLength(responses_.length);
  } else {
    w.arrayLength(responses_.length);
  }
  for (const item of responses_) encodeProduceResponseTopic(w, version, item);
  const throttleTimeMs_: number = value.throttleTimeMs ?? 0;
  w.int32(throttleTimeMs_);
  const nodeEndpoints_: readonly ProduceResponseNodeEndpointInit[] = value.nodeEndpoints ?? [];
  if (!(version >= 10) && nodeEndpoints_.length !== 0) throw fieldNotInVersion('ProduceResponse', 'nodeEndpoints', version);
  if (version >= 9) {
    const has_nodeEndpoints = version >= 10 && nodeEndpoints_.length !== 0;
    w.unsignedVarint((has_nodeEndpoints ? 1 : 0));
    if (has_nodeEndpoints) {
      const mark = w.beginTag(0);
      w.compactArrayLength(nodeEndpoints_.length);
      for (const item of nodeEndpoints_) encodeProduceResponseNodeEndpoint(w, version, item);
      w.endTag(mark);
    }
  }
}

function decodeProduceResponseNodeEndpoint(r: Reader, version: number): ProduceResponseNodeEndpoint {
  const nodeId_ = r.int32();
  const host_ = r.compactString();
  const port_ = r.int32();
  const rack_ = r.compactNullableString();
  r.skipTags();
  return {
    nodeId: nodeId_,
    host: host_,
    port: port_,
    rack: rack_,
  };
}

function encodeProduceResponseNodeEndpoint(w: Writer, version: number, value: ProduceResponseNodeEndpointInit): void {
  const nodeId_: number = value.nodeId;
  w.int32(nodeId_);
  const host_: string = value.host;
  w.compactString(host_);
  const port_: number = value.port;
  w.int32(port_);
  const rack_: string | null = value.rack ?? null;
  w.compactNullableString(rack_);
  w.unsignedVarint(0);
}

function decodeProduceResponseTopic(r: Reader, version: number): ProduceResponseTopic {
  const name_ = version <= 12 ? (version >= 9 ? r.compactString() : r.string()) : '';
  const topicId_ = version >= 13 ? r.uuid() : ZERO_UUID;
  const partitionResponses_: ProduceResponsePartition[] = [];
  const partitionResponses_length = version >= 9 ? r.compactArrayLength(33) : r.arrayLength(22);
  for (let i = 0; i < partitionResponses_length; i++) partitionResponses_.push(decodeProduceResponsePartition(r, version));
  if (version >= 9) {
    r.skipTags();
  }
  return {
    name: name_,
    topicId: topicId_,
    partitionResponses: partitionResponses_,
  };
}

function encodeProduceResponseTopic(w: Writer, version: number, value: ProduceResponseTopicInit): void {
  if (version <= 12) {
    const name_: string = value.name ?? '';
    if (version >= 9) {
      w.compactString(name_);
    } else {
      w.string(name_);
    }
  }
  if (version >= 13) {
    const topicId_: Uuid = value.topicId ?? ZERO_UUID;
    w.uuid(topicId_);
  }
  const partitionResponses_: readonly ProduceResponsePartitionInit[] = value.partitionResponses;
  if (version >= 9) {
    w.compactArrayLength(partitionResponses_.length);
  } else {
    w.arrayLength(partitionResponses_.length);
  }
  for (const item of partitionResponses_) encodeProduceResponsePartition(w, version, item);
  if (version >= 9) {
    w.unsignedVarint(0);
  }
}

function decodeProduceResponsePartition(r: Reader, version: number): ProduceResponsePartition {
  const index_ = r.int32();
  const errorCode_ = r.int16();
  const baseOffset_ = r.int64();
  const logAppendTimeMs_ = r.int64();
  const logStartOffset_ = version >= 5 ? r.int64() : -1;
  const recordErrors_: ProduceResponseRecordError[] = [];
  if (version >= 8) {
    const recordErrors_length = version >= 9 ? r.compactArrayLength(6) : r.arrayLength(6);
    for (let i = 0; i < recordErrors_length; i++) recordErrors_.push(decodeProduceResponseRecordError(r, version));
  }
  const errorMessage_ = version >= 8 ? (version >= 9 ? r.compactNullableString() : r.nullableString()) : null;
  let currentLeader_: ProduceResponseCurrentLeader = DEFAULT_ProduceResponseCurrentLeader;
  if (version >= 9) {
    for (let count = r.unsignedVarint(); count > 0; count--) {
      const tag = r.unsignedVarint();
      const end = r.tagEnd();
      switch (tag) {
        case 0: {
          if (!(version >= 10)) { r.skipTo(end); break; }
          currentLeader_ = decodeProduceResponseCurrentLeader(r, version);
          break;
        }
        default:
          r.skipTo(end);
      }
      r.closeTag(end);
    }
  }
  return {
    index: index_,
    errorCode: errorCode_,
    baseOffset: baseOffset_,
    logAppendTimeMs: logAppendTimeMs_,
    logStartOffset: logStartOffset_,
    recordErrors: recordErrors_,
    errorMessage: errorMessage_,
    currentLeader: currentLeader_,
  };
}

function encodeProduceResponsePartition(w: Writer, version: number, value: ProduceResponsePartitionInit): void {
  const index_: number = value.index;
  w.int32(index_);
  const errorCode_: number = value.errorCode;
  w.int16(errorCode_);
  const baseOffset_: number = value.baseOffset;
  w.int64(baseOffset_);
  const logAppendTimeMs_: number = value.logAppendTimeMs ?? -1;
  w.int64(logAppendTimeMs_);
  if (version >= 5) {
    const logStartOffset_: number = value.logStartOffset ?? -1;
    w.int64(logStartOffset_);
  }
  if (version >= 8) {
    const recordErrors_: readonly ProduceResponseRecordErrorInit[] = value.recordErrors ?? [];
    if (version >= 9) {
      w.compactArrayLength(recordErrors_.length);
    } else {
      w.arrayLength(recordErrors_.length);
    }
    for (const item of recordErrors_) encodeProduceResponseRecordError(w, version, item);
  }
  if (version >= 8) {
    const errorMessage_: string | null = value.errorMessage ?? null;
    if (version >= 9) {
      w.compactNullableString(errorMessage_);
    } else {
      w.nullableString(errorMessage_);
    }
  }
  const currentLeader_: ProduceResponseCurrentLeaderInit = value.currentLeader ?? DEFAULT_ProduceResponseCurrentLeader;
  if (!(version >= 10) && !isDefaultProduceResponseCurrentLeader(currentLeader_)) throw fieldNotInVersion('ProduceResponsePartition', 'currentLeader', version);
  if (version >= 9) {
    const has_currentLeader = version >= 10 && !isDefaultProduceResponseCurrentLeader(currentLeader_);
    w.unsignedVarint((has_currentLeader ? 1 : 0));
    if (has_currentLeader) {
      const mark = w.beginTag(0);
      encodeProduceResponseCurrentLeader(w, version, currentLeader_);
      w.endTag(mark);
    }
  }
}

function decodeProduceResponseCurrentLeader(r: Reader, version: number): ProduceResponseCurrentLeader {
  const leaderId_ = r.int32();
  const leaderEpoch_ = r.int32();
  r.skipTags();
  return {
    leaderId: leaderId_,
    leaderEpoch: leaderEpoch_,
  };
}

function encodeProduceResponseCurrentLeader(w: Writer, version: number, value: ProduceResponseCurrentLeaderInit): void {
  const leaderId_: number = value.leaderId ?? -1;
  w.int32(leaderId_);
  const leaderEpoch_: number = value.leaderEpoch ?? -1;
  w.int32(leaderEpoch_);
  w.unsignedVarint(0);
}

function isDefaultProduceResponseCurrentLeader(value: ProduceResponseCurrentLeaderInit): boolean {
  return value === DEFAULT_ProduceResponseCurrentLeader || (!((value.leaderId ?? -1) !== -1) && !((value.leaderEpoch ?? -1) !== -1));
}

function decodeProduceResponseRecordError(r: Reader, version: number): ProduceResponseRecordError {
  const batchIndex_ = r.int32();
  const batchIndexErrorMessage_ = version >= 9 ? r.compactNullableString() : r.nullableString();
  if (version >= 9) {
    r.skipTags();
  }
  return {
    batchIndex: batchIndex_,
    batchIndexErrorMessage: batchIndexErrorMessage_,
  };
}

function encodeProduceResponseRecordError(w: Writer, version: number, value: ProduceResponseRecordErrorInit): void {
  const batchIndex_: number = value.batchIndex;
  w.int32(batchIndex_);
  const batchIndexErrorMessage_: string | null = value.batchIndexErrorMessage ?? null;
  if (version >= 9) {
    w.compactNullableString(batchIndexErrorMessage_);
  } else {
    w.nullableString(batchIndexErrorMessage_);
  }
  if (version >= 9) {
    w.unsignedVarint(0);
  }
}

export const produce: Api<ProduceRequest, ProduceRequestInit, ProduceResponse, ProduceResponseInit> = {
  key: 0,
  name: 'Produce',
  minVersion: 3,
  maxVersion: 13,
  listeners: ['broker'],
  request: {
    name: 'ProduceRequest',
    minVersion: 3,
    maxVersion: 13,
    flexibleFrom: 9,
    decode(reader, version) {
      checkVersion('ProduceRequest', version, 3, 13);
      return decodeProduceRequest(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ProduceRequest', version, 3, 13);
      encodeProduceRequest(writer, version, value);
    },
  },
  response: {
    name: 'ProduceResponse',
    minVersion: 3,
    maxVersion: 13,
    flexibleFrom: 9,
    decode(reader, version) {
      checkVersion('ProduceResponse', version, 3, 13);
      return decodeProduceResponse(reader, version);
    },
    encode(writer, version, value) {
      checkVersion('ProduceResponse', version, 3, 13);
      encodeProduceResponse(writer, version, value);
    },
  },
};
