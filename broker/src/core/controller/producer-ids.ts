import type { ProducerIdBlock } from './commands.ts';
import type { Decision, DecisionInput } from './decision.ts';

/** Ids handed to a broker at once (KIP-730). A broker that stops loses what is left of its block. */
const PRODUCER_ID_BLOCK_COUNT = 1_000;

/** AllocateProducerIds: the next block, recorded before anybody hands out an id of it. */
export function allocateProducerIds(
  input: DecisionInput,
  command: { readonly brokerId: number },
): Decision<ProducerIdBlock> {
  const first = input.image.nextProducerId;
  const brokerEpoch = input.image.brokers.get(command.brokerId)?.epoch ?? -1;
  const nextProducerId = first + PRODUCER_ID_BLOCK_COUNT;
  return {
    records: [
      { kind: 'ProducerIdsRecord', value: { brokerId: command.brokerId, brokerEpoch, nextProducerId } },
    ],
    response: { first, count: PRODUCER_ID_BLOCK_COUNT },
  };
}
