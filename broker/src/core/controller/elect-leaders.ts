import type { ErrorName } from '@millrace/protocol';
import type { MetadataImage, TopicImage } from '../metadata/image.ts';
import { type MetadataRecord, NO_LEADER } from '../metadata/records.ts';
import type {
  ElectLeadersCommand,
  ElectLeadersResult,
  PartitionResult,
  PartitionsOfTopic,
  Refusal,
} from './commands.ts';
import { type Decision, type DecisionInput, RECORDS_PER_COMMAND_MAX, TOO_MUCH_AT_ONCE } from './decision.ts';
import { everyChange, isActive, partitionChange } from './partition-changes.ts';

/** Elections that the controller begins by itself at once, as Kafka bounds them. */
const OWN_ELECTIONS_MAX = 1_000;

/** ElectLeaders (KIP-460): the preferred replica (the first one) is to lead, or, of an unclean election, any that is alive. */
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
        const elected = elect(input, command.type, image.topicsByName.get(topic), partition);
        if (!('kind' in elected)) return { partition, ...elected };
        records.push(elected);
        return { partition, error: null, message: null };
      })
      .filter(({ error }) => !isAll || error !== 'ELECTION_NOT_NEEDED'),
  }));
  if (records.length <= RECORDS_PER_COMMAND_MAX) return { records, response };
  const refused = response.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition }) => ({ partition, ...TOO_MUCH_AT_ONCE })),
  }));
  return { records: [], response: refused };
}

/** `auto.leader.rebalance.enable`: preferred replicas that are in sync and alive lead again. */
export function balanceLeaders(input: DecisionInput): Decision<null> {
  const mayLead = (id: number): boolean => isActive(input.image, id);
  const records = everyChange(input, ({ leader, replicas, isr }) => {
    const [preferred] = replicas;
    const isDue = preferred !== undefined && preferred !== leader && isr.includes(preferred);
    return isDue && mayLead(preferred) ? { isr, mayLead, election: 'preferred' } : null;
  });
  return { records: records.slice(0, OWN_ELECTIONS_MAX), response: null };
}

/** Partitions without a leader get one where they may by now: `unclean.leader.election.enable` may have changed. */
export function electMissingLeaders(input: DecisionInput): Decision<null> {
  const records = everyChange(input, ({ leader, isr }) =>
    leader === NO_LEADER ? { isr, mayLead: (id) => isActive(input.image, id) } : null,
  );
  return { records: records.slice(0, OWN_ELECTIONS_MAX), response: null };
}

function everyPartition(image: MetadataImage): readonly PartitionsOfTopic[] {
  return [...image.topicsByName.values()].map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.map(({ partition }) => partition),
  }));
}

function elect(
  input: DecisionInput,
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
  const elected = partitionChange(input, topic, partition, {
    isr: partition.isr,
    mayLead: (id) => isActive(input.image, id),
    election: type,
  });
  if (elected !== null) return elected;
  const error: ErrorName =
    type === 'preferred' ? 'PREFERRED_LEADER_NOT_AVAILABLE' : 'ELIGIBLE_LEADERS_NOT_AVAILABLE';
  return { error, message: 'No replica that may lead is alive.' };
}
