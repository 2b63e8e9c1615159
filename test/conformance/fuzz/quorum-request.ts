import type { Dice } from './dice.ts';

type Body = Record<string, unknown>;

const TOPIC = '__cluster_metadata';
const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const OF_QUORUM = new Set(['Vote', 'BeginQuorumEpoch', 'EndQuorumEpoch', 'FetchSnapshot', 'Fetch']);
/** Version 0 of DefaultPrincipalData: User, ann. */
const PRINCIPAL = Buffer.from('\0\0\x05User\x04ann\0\0', 'latin1');
const AIMED = 0.7;
const SIZE_BYTES = 4;

/** What is asked of a controller's listener gets past the first check only where it names the one partition of the quorum. */
export function aimedAtQuorum(name: string, body: Body, dice: Dice): Body {
  if (!OF_QUORUM.has(name) || !dice.chance(AIMED)) return body;
  const [topic] = body.topics as readonly Body[];
  const [partition] = (topic?.partitions ?? []) as readonly Body[];
  if (topic === undefined || partition === undefined) return body;
  const only = (of: Body, names: Body): Body =>
    Object.fromEntries(Object.entries(of).map(([key, value]) => [key, key in names ? names[key] : value]));
  const partitions = [only(partition, { partition: 0, partitionIndex: 0 })];
  const names = { topicName: TOPIC, topic: TOPIC, name: TOPIC, topicId: TOPIC_ID };
  return { ...body, topics: [{ ...only(topic, names), partitions }] };
}

/** Envelope around a request, as a broker hands it on for a client. */
export function enveloped(frame: Buffer): Body {
  return {
    requestData: frame.subarray(SIZE_BYTES),
    requestPrincipal: PRINCIPAL,
    clientHostAddress: Buffer.from('10.0.0.1'),
  };
}
