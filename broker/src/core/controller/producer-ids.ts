import { registrationRefusal } from './brokers.ts';
import type { ProducerIdBlock, Refusal } from './commands.ts';
import type { Decision, DecisionInput } from './decision.ts';

/** Ids handed to a broker at once (KIP-730). A broker that stops loses what is left of its block. */
const PRODUCER_ID_BLOCK_COUNT = 1_000;

export type AllocateProducerIdsResult = ({ readonly error: null } & ProducerIdBlock) | Refusal;

/** AllocateProducerIds: the next block, recorded before anybody hands out an id of it; for the broker that is registered. */
export function allocateProducerIds(
  input: DecisionInput,
  command: { readonly brokerId: number; readonly epoch: number },
): Decision<AllocateProducerIdsResult> {
  const { brokerId, epoch: brokerEpoch } = command;
  const refusal = registrationRefusal(input.image.brokers.get(brokerId), command);
  if (refusal) return { records: [], response: refusal };
  const first = input.image.nextProducerId;
  const nextProducerId = first + PRODUCER_ID_BLOCK_COUNT;
  return {
    records: [{ kind: 'ProducerIdsRecord', value: { brokerId, brokerEpoch, nextProducerId } }],
    response: { error: null, first, count: PRODUCER_ID_BLOCK_COUNT },
  };
}
