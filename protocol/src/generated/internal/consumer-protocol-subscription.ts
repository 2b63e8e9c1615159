// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Codec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface ConsumerProtocolSubscription {
  readonly topics: readonly string[];
  readonly userData: Buffer | null;
  readonly ownedPartitions: readonly ConsumerProtocolSubscriptionTopicPartitions[];
  readonly generationId: number;
  readonly rackId: string | null;
}

export interface ConsumerProtocolSubscriptionInit {
  readonly topics: readonly string[];
  readonly userData?: Buffer | null | undefined;
  readonly ownedPartitions?: readonly ConsumerProtocolSubscriptionTopicPartitionsInit[] | undefined;
  readonly generationId?: number | undefined;
  readonly rackId?: string | null | undefined;
}

export interface ConsumerProtocolSubscriptionTopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

export interface ConsumerProtocolSubscriptionTopicPartitionsInit {
  readonly topic: string;
  readonly partitions: readonly number[];
}

function decodeConsumerProtocolSubscription(r: Reader, version: number): ConsumerProtocolSubscription {
  const topics_: string[] = [];
  const topics_length = r.arrayLength(2);
  for (let i = 0; i < topics_length; i++) topics_.push(r.string());
  const userData_ = r.nullableBytes();
  const ownedPartitions_: ConsumerProtocolSubscriptionTopicPartitions[] = [];
  if (version >= 1) {
    const ownedPartitions_length = r.arrayLength(6);
    for (let i = 0; i < ownedPartitions_length; i++) ownedPartitions_.push(decodeConsumerProtocolSubscriptionTopicPartitions(r, version));
  }
  const generationId_ = version >= 2 ? r.int32() : -1;
  const rackId_ = version >= 3 ? r.nullableString() : null;
  return {
    topics: topics_,
    userData: userData_,
    ownedPartitions: ownedPartitions_,
    generationId: generationId_,
    rackId: rackId_,
  };
}

function encodeConsumerProtocolSubscription(w: Writer, version: number, value: ConsumerProtocolSubscriptionInit): void {
  const topics_: readonly string[] = value.topics;
  w.arrayLength(topics_.length);
  for (const item of topics_) w.string(item);
  const userData_: Buffer | null = value.userData ?? null;
  w.nullableBytes(userData_);
  if (version >= 1) {
    const ownedPartitions_: readonly ConsumerProtocolSubscriptionTopicPartitionsInit[] = value.ownedPartitions ?? [];
    w.arrayLength(ownedPartitions_.length);
    for (const item of ownedPartitions_) encodeConsumerProtocolSubscriptionTopicPartitions(w, version, item);
  }
  if (version >= 2) {
    const generationId_: number = value.generationId ?? -1;
    w.int32(generationId_);
  }
  if (version >= 3) {
    const rackId_: string | null = value.rackId ?? null;
    w.nullableString(rackId_);
  }
}

function decodeConsumerProtocolSubscriptionTopicPartitions(r: Reader, version: number): ConsumerProtocolSubscriptionTopicPartitions {
  const topic_ = r.string();
  const partitions_: number[] = [];
  const partitions_length = r.arrayLength(4);
  for (let i = 0; i < partitions_length; i++) partitions_.push(r.int32());
  return {
    topic: topic_,
    partitions: partitions_,
  };
}

function encodeConsumerProtocolSubscriptionTopicPartitions(w: Writer, version: number, value: ConsumerProtocolSubscriptionTopicPartitionsInit): void {
  const topic_: string = value.topic;
  w.string(topic_);
  const partitions_: readonly number[] = value.partitions;
  w.arrayLength(partitions_.length);
  for (const item of partitions_) w.int32(item);
}

export const consumerProtocolSubscription: Codec<ConsumerProtocolSubscription, ConsumerProtocolSubscriptionInit> = {
  name: 'ConsumerProtocolSubscription',
  minVersion: 0,
  maxVersion: 3,
  flexibleFrom: Number.POSITIVE_INFINITY,
  decode(reader, version) {
    checkVersion('ConsumerProtocolSubscription', version, 0, 3);
    return decodeConsumerProtocolSubscription(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('ConsumerProtocolSubscription', version, 0, 3);
    encodeConsumerProtocolSubscription(writer, version, value);
  },
};
