import type { Uuid } from '@millrace/foundation/types';
import type { BrokerEndpoint, MetadataImage, PartitionImage } from '../metadata/image.ts';
import { brokerRecord, leaderChangeRecord } from '../metadata/record-builders.ts';
import { type MetadataRecord, NO_LEADER, UNFENCE } from '../metadata/records.ts';
import type { Refusal } from './commands.ts';
import type { Decision, DecisionInput } from './decision.ts';

export interface RegisterBrokerCommand {
  readonly brokerId: number;
  /** New at each start of the process. */
  readonly incarnationId: Uuid;
  readonly endpoints: readonly BrokerEndpoint[];
  readonly rack: string | null;
  readonly logDirs: readonly Uuid[];
}

/**
 * BrokerRegistration: the broker is known and fenced from then on. An earlier incarnation is dead by that, so the
 * partitions that it led have no leader until somebody is unfenced.
 */
export function registerBroker(
  input: DecisionInput,
  command: RegisterBrokerCommand,
): Decision<{ readonly error: null; readonly epoch: number }> {
  const { brokerId, ...rest } = command;
  const epoch = input.nextOffset;
  const records: MetadataRecord[] = [
    brokerRecord({ id: brokerId, epoch, fenced: true, inControlledShutdown: false, ...rest }),
    ...leaderChanges(input.image, (partition) => (partition.leader === brokerId ? NO_LEADER : null)),
  ];
  return { records, response: { error: null, epoch } };
}

/** The broker has caught up with the metadata: it may lead, and gets the partitions that wait for it. */
export function unfenceBroker(
  input: DecisionInput,
  command: { readonly brokerId: number; readonly epoch: number },
): Decision<{ readonly error: null } | Refusal> {
  const broker = input.image.brokers.get(command.brokerId);
  if (!broker) {
    const message = `There is no broker ${command.brokerId}.`;
    return { records: [], response: { error: 'BROKER_ID_NOT_REGISTERED', message } };
  }
  if (broker.epoch !== command.epoch) {
    const message = `Broker ${command.brokerId} is registered in epoch ${broker.epoch}.`;
    return { records: [], response: { error: 'STALE_BROKER_EPOCH', message } };
  }
  const records: MetadataRecord[] = [
    {
      kind: 'BrokerRegistrationChangeRecord',
      value: {
        brokerId: broker.id,
        brokerEpoch: broker.epoch,
        fenced: UNFENCE,
        inControlledShutdown: 0,
        logDirs: broker.logDirs,
        cordonedLogDirs: null,
      },
    },
    ...leaderChanges(input.image, (partition) =>
      partition.leader === NO_LEADER && partition.isr.includes(broker.id) ? broker.id : null,
    ),
  ];
  return { records, response: { error: null } };
}

function leaderChanges(
  image: MetadataImage,
  leaderFor: (partition: PartitionImage) => number | null,
): readonly MetadataRecord[] {
  const records: MetadataRecord[] = [];
  for (const topic of image.topicsById.values()) {
    for (const partition of topic.partitions) {
      const leader = leaderFor(partition);
      if (leader !== null) records.push(leaderChangeRecord(topic.id, partition.partition, leader));
    }
  }
  return records;
}
