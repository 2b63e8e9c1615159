// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Codec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface ConsumerProtocolAssignment {
  readonly assignedPartitions: readonly ConsumerProtocolAssignmentTopicPartitions[];
  readonly userData: Buffer | null;
}

export interface ConsumerProtocolAssignmentInit {
  readonly assignedPartitions: readonly ConsumerProtocolAssignmentTopicPartitionsInit[];
  readonly userData?: Buffer | null | undefined;
}

export interface ConsumerProtocolAssignmentTopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

export interface ConsumerProtocolAssignmentTopicPartitionsInit {
  readonly topic: string;
  readonly partitions: readonly number[];
}

function decodeConsumerProtocolAssignment(r: Reader, version: number): ConsumerProtocolAssignment {
  const assignedPartitions_: ConsumerProtocolAssignmentTopicPartitions[] = [];
  const assignedPartitions_length = r.arrayLength(6);
  for (let i = 0; i < assignedPartitions_length; i++) assignedPartitions_.push(decodeConsumerProtocolAssignmentTopicPartitions(r, version));
  const userData_ = r.nullableBytes();
  return {
    assignedPartitions: assignedPartitions_,
    userData: userData_,
  };
}

function encodeConsumerProtocolAssignment(w: Writer, version: number, value: ConsumerProtocolAssignmentInit): void {
  const assignedPartitions_: readonly ConsumerProtocolAssignmentTopicPartitionsInit[] = value.assignedPartitions;
  w.arrayLength(assignedPartitions_.length);
  for (const item of assignedPartitions_) encodeConsumerProtocolAssignmentTopicPartitions(w, version, item);
  const userData_: Buffer | null = value.userData ?? null;
  w.nullableBytes(userData_);
}

function decodeConsumerProtocolAssignmentTopicPartitions(r: Reader, version: number): ConsumerProtocolAssignmentTopicPartitions {
  const topic_ = r.string();
  const partitions_: number[] = [];
  const partitions_length = r.arrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  return {
    topic: topic_,
    partitions: partitions_,
  };
}

function encodeConsumerProtocolAssignmentTopicPartitions(w: Writer, version: number, value: ConsumerProtocolAssignmentTopicPartitionsInit): void {
  const topic_: string = value.topic;
  w.string(topic_);
  const partitions_: readonly number[] = value.partitions;
  w.arrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
}

export const consumerProtocolAssignment: Codec<ConsumerProtocolAssignment, ConsumerProtocolAssignmentInit> = {
  name: 'ConsumerProtocolAssignment',
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ConsumerProtocolAssignment', version, 0, 3);
    return decodeConsumerProtocolAssignment(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerProtocolAssignment', version, 0, 3);
    encodeConsumerProtocolAssignment(writer, version, value);
  },
};
