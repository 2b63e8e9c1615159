import type { Dice } from './dice.ts';

type Body = Record<string, unknown>;

interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
}

const BROKER_CONFIGS = 4;
const THIS_BROKER = 1;
/** That one request may make: thousands of logs are not mad but expensive. */
const TOPICS_MAX = 100;
/** One that nobody is. */
const GHOST = 7;
/** That of the leader of a quorum of one, since its start. */
const QUORUM_EPOCH = 1;
const INTERNAL = new Set(['__consumer_offsets', '__share_group_state', '__transaction_state']);

/** What a turned bit makes something else of: what would keep others from being served. */
export const ONLY_WHOLE: ReadonlySet<string> = new Set([
  ...['UnregisterBroker', 'UpdateFeatures', 'Envelope'],
  ...['Vote', 'BeginQuorumEpoch', 'EndQuorumEpoch', 'BrokerRegistration', 'BrokerHeartbeat'],
]);

/**
 * What would rightly keep others from being served is left out: their configs and those of coordinators' topics (with a `max.message.bytes`
 * of 1 each write is refused, by UNKNOWN_SERVER_ERROR as in Kafka), their quotas, their broker; and whoever says that a newer
 * leader of the quorum is there is to be believed.
 */
export function tamed(name: string, body: Body, dice: Dice): Body {
  switch (name) {
    case 'AlterConfigs':
    case 'IncrementalAlterConfigs': {
      const resources = body.resources as readonly Resource[];
      const isOfOthers = resources.some(
        ({ resourceType, resourceName }) => resourceType === BROKER_CONFIGS || INTERNAL.has(resourceName),
      );
      return isOfOthers ? { ...body, validateOnly: true } : body;
    }
    case 'CreateTopics': {
      const topics = body.topics as readonly { readonly name: string }[];
      return { ...body, topics: topics.filter((topic) => !INTERNAL.has(topic.name)).slice(0, TOPICS_MAX) };
    }
    case 'Metadata': {
      const isMany = ((body.topics as readonly unknown[] | null)?.length ?? 0) > TOPICS_MAX;
      return isMany && 'allowAutoTopicCreation' in body ? { ...body, allowAutoTopicCreation: false } : body;
    }
    case 'AlterClientQuotas': {
      const entries = body.entries as readonly { readonly entity: readonly { entityName: unknown }[] }[];
      const named = entries.map((entry) => ({
        ...entry,
        entity: entry.entity.map((part) => ({ ...part, entityName: part.entityName ?? 'ann' })),
      }));
      return { ...body, entries: named };
    }
    case 'UnregisterBroker':
      return body.brokerId === THIS_BROKER ? { ...body, brokerId: -1 } : body;
    case 'UpdateFeatures':
      return 'validateOnly' in body ? { ...body, validateOnly: true } : body;
    case 'DeleteTopics':
      return dice.chance(0.02) ? body : withoutInternalTopics(body);
    case 'BrokerRegistration':
    case 'BrokerHeartbeat':
      return ofGhosts(body);
    case 'Vote':
    case 'BeginQuorumEpoch':
    case 'EndQuorumEpoch':
      return ofOldEpochs(body) as Body;
    default:
      return body;
  }
}

/** Else nothing that coordinators keep would live for long. */
function withoutInternalTopics(body: Body): Body {
  const { topicNames, topics } = body as {
    readonly topicNames?: readonly string[];
    readonly topics?: readonly { readonly name: string | null }[];
  };
  return {
    ...body,
    ...(topicNames && { topicNames: topicNames.filter((name) => !INTERNAL.has(name)) }),
    ...(topics && { topics: topics.filter(({ name }) => name === null || !INTERNAL.has(name)) }),
  };
}

/** Brokers that are not there must not be given partitions: they stay fenced. */
function ofGhosts(body: Body): Body {
  const brokerId = body.brokerId === THIS_BROKER ? GHOST : body.brokerId;
  return { ...body, brokerId, ...('wantFence' in body && { wantFence: true }) };
}

function ofOldEpochs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ofOldEpochs);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [
      name,
      name.endsWith('Epoch') && typeof held === 'number' ? Math.min(held, QUORUM_EPOCH) : ofOldEpochs(held),
    ]),
  );
}
