import type { JsonObject } from '@millrace/foundation/types';

/** A sink's position to be set: null takes the partition back to where the consumer begins without one. */
export interface SinkOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number | null;
}

/** What is wrong with an offset that somebody sent, in Kafka Connect's words. */
export interface SinkOffsetProblem {
  readonly problem: string;
}

/** The group that a sink's tasks read in: Kafka Connect's name for it. */
export function sinkGroupId(connector: string, config: { readonly [key: string]: string }): string {
  const own = config['consumer.override.group.id']?.trim();
  return own || `connect-${connector}`;
}

/** Reads `{kafka_topic, kafka_partition}` and `{kafka_offset}` (KIP-875), numbers also as text, as Kafka Connect does. */
export function parseSinkOffset(
  partition: JsonObject | null,
  offset: JsonObject | null,
): SinkOffset | SinkOffsetProblem {
  if (partition === null)
    return { problem: 'The partition for a sink connector offset cannot be null or missing' };
  const topic = partition.kafka_topic ?? null;
  const number = partition.kafka_partition ?? null;
  if (topic === null || number === null) {
    return {
      problem:
        "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
    };
  }
  const index = wholeNumber(number);
  if (index === null) return notWhole('partition', 'Partition', number);
  if (offset === null) return { topic: String(topic), partition: index, offset: null };
  const wanted = offset.kafka_offset ?? null;
  if (wanted === null) {
    return {
      problem: "The offset for a sink connector should either be null or contain the key 'kafka_offset'",
    };
  }
  const position = wholeNumber(wanted);
  if (position === null) return notWhole('offset', 'Offset', wanted);
  if (position < 0) return { problem: `Offsets can't be negative, as ${position} is.` };
  return { topic: String(topic), partition: index, offset: position };
}

function notWhole(what: string, capital: string, value: unknown): SinkOffsetProblem {
  return {
    problem: `Failed to parse the following Kafka ${what} value in the provided offsets: '${String(value)}'. ${capital} values for sink connectors need to be integers.`,
  };
}

function wholeNumber(value: unknown): number | null {
  const text = String(value).trim();
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : null;
}
