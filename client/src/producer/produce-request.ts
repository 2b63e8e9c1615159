import type { MillraceError } from '@millrace/foundation';
import { errorByCode, kafkaError } from '@millrace/protocol';
import type {
  ProduceRequestInit,
  ProduceResponse,
  ProduceResponsePartition,
} from '@millrace/protocol/messages';
import { byTopic } from '../cluster/leader-requests.ts';
import type { ToldLeader } from '../cluster/metadata-cache.ts';
import { errorOf } from '../cluster/outcome.ts';
import type { PartitionQueue } from './partition-queue.ts';
import type { ProducerBatch } from './producer-batch.ts';
import type { ProducerConfig } from './producer-config.ts';

/** Later versions name topics by id, which buys nothing here. */
export const PRODUCE_MAX_VERSION = 12;
/** The last version that leaves it to the client to add partitions to its transaction. */
export const PRODUCE_WITHOUT_ADDING_MAX_VERSION = 11;

/** A batch under way, with the queue that it came from. */
export interface Shipment {
  readonly topic: string;
  readonly partition: number;
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
}

/** What became of a shipment. `baseOffset` -1 where the broker only says that it has it; `leader` is who leads instead, if that was told. */
export type ShipmentOutcome =
  | { readonly kind: 'acknowledged'; readonly baseOffset: number; readonly logAppendTime: number }
  | { readonly kind: 'out-of-order' | 'failed'; readonly error: MillraceError }
  | { readonly kind: 'moved'; readonly error: MillraceError; readonly leader: ToldLeader };

export function produceRequest(
  shipments: readonly Shipment[],
  { acks, transaction }: Pick<ProducerConfig, 'acks' | 'transaction'>,
  timeoutMs: number,
): ProduceRequestInit {
  return {
    transactionalId: transaction?.transactionalId ?? null,
    acks,
    timeoutMs,
    topicData: [...byTopic(shipments)].map(([name, some]) => ({
      name,
      partitionData: some.map(({ partition, batch }) => ({ index: partition, records: batch.bytes })),
    })),
  };
}

/** The answer for each shipment, in their order. */
export function readProduceResponse(
  shipments: readonly Shipment[],
  response: ProduceResponse,
): readonly ShipmentOutcome[] {
  const answers = new Map<string, ProduceResponsePartition>();
  for (const { name, partitionResponses } of response.responses) {
    for (const answer of partitionResponses) answers.set(`${name}-${answer.index}`, answer);
  }
  return shipments.map(({ topic, partition }) => {
    const answer = answers.get(`${topic}-${partition}`);
    if (answer !== undefined) return outcomeOf(`${topic}-${partition}`, answer);
    return {
      kind: 'failed',
      error: kafkaError('UNKNOWN_SERVER_ERROR', `${topic}-${partition} was left out of the answer`),
    };
  });
}

function outcomeOf(subject: string, answer: ProduceResponsePartition): ShipmentOutcome {
  const told = answer.recordErrors[0]?.batchIndexErrorMessage ?? answer.errorMessage;
  const error = errorOf(answer.errorCode, subject, told);
  if (error === null) {
    return { kind: 'acknowledged', baseOffset: answer.baseOffset, logAppendTime: answer.logAppendTimeMs };
  }
  switch (errorByCode(answer.errorCode).name) {
    case 'DUPLICATE_SEQUENCE_NUMBER':
      return { kind: 'acknowledged', baseOffset: -1, logAppendTime: -1 };
    case 'OUT_OF_ORDER_SEQUENCE_NUMBER':
    case 'UNKNOWN_PRODUCER_ID':
    case 'INVALID_PRODUCER_EPOCH':
      return { kind: 'out-of-order', error };
    case 'NOT_LEADER_OR_FOLLOWER':
      return { kind: 'moved', error, leader: answer.currentLeader };
    default:
      return { kind: 'failed', error };
  }
}
