import type { ErrorName } from '@millrace/protocol';
import type { MetadataImage, PartitionImage, TopicImage } from '../metadata/image.ts';
import { partitionChangeRecord } from '../metadata/record-builders.ts';
import { type MetadataRecord, NO_LEADER } from '../metadata/records.ts';
import type {
  ElectLeadersCommand,
  ElectLeadersResult,
  PartitionResult,
  PartitionsOfTopic,
  Refusal,
} from './commands.ts';
import type { Decision, DecisionInput } from './decision.ts';

/** ElectLeaders: the preferred replica (the first one) is to lead, or, of an unclean election, any that is alive. */
export function electLeaders(
  input: DecisionInput,
  command: ElectLeadersCommand,
): Decision<readonly ElectLeadersResult[]> {
  const records: MetadataRecord[] = [];
  const { image } = input;
  const isAll = command.topics === null;
  const response = (command.topics ?? everyPartition(image)).map(({ topic, partitions }) => ({
    topic,
    partitions: partitions
      .map((partition): PartitionResult => {
        const elected = elect(image, command.type, image.topicsByName.get(topic), partition);
        if ('kind' in elected) records.push(elected);
        return 'kind' in elected ? { partition, error: null, message: null } : { partition, ...elected };
      })
      .filter(({ error }) => !isAll || error !== 'ELECTION_NOT_NEEDED'),
  }));
  return { records, response };
}

function everyPartition(image: MetadataImage): readonly PartitionsOfTopic[] {
  return [...image.topicsByName.values()].map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.map(({ partition }) => partition),
  }));
}

function elect(
  image: MetadataImage,
  type: ElectLeadersCommand['type'],
  topic: TopicImage | undefined,
  index: number,
): MetadataRecord | Refusal {
  const partition = topic?.partitions[index];
  if (!topic || !partition)
    return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: 'There is no such partition.' };
  const preferred = partition.replicas[0];
  const isAsWanted = type === 'preferred' ? partition.leader === preferred : partition.leader !== NO_LEADER;
  if (isAsWanted)
    return { error: 'ELECTION_NOT_NEEDED', message: 'The partition has the leader that is asked for.' };
  const leader = candidate(image, type, partition);
  if (leader !== undefined) {
    const isClean = partition.isr.includes(leader);
    const lossy = { isr: [leader], elr: [], isRecovering: true };
    return partitionChangeRecord(topic.id, index, { leader, ...(!isClean && lossy) });
  }
  const error: ErrorName =
    type === 'preferred' ? 'PREFERRED_LEADER_NOT_AVAILABLE' : 'ELIGIBLE_LEADERS_NOT_AVAILABLE';
  return { error, message: 'No replica that may lead is alive.' };
}

function candidate(
  image: MetadataImage,
  type: ElectLeadersCommand['type'],
  { replicas, isr }: PartitionImage,
): number | undefined {
  const wanted = type === 'preferred' ? replicas.slice(0, 1) : [...isr, ...replicas];
  return wanted.find((id) => {
    const isInSync = type === 'unclean' || isr.includes(id);
    return isInSync && image.brokers.get(id)?.fenced === false;
  });
}
