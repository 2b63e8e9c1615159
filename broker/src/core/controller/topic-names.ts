const NAME_LENGTH_MAX = 249;
const LEGAL = /^[a-zA-Z0-9._-]+$/;

const INTERNAL: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
]);

/** The log of metadata is no topic: clients can neither see nor create it. */
export const CLUSTER_METADATA_TOPIC = '__cluster_metadata';

/** Whether clients may only read it: the coordinators' own topics. */
export function isInternalTopic(name: string): boolean {
  return INTERNAL.has(name);
}

/** @returns what is wrong with a topic's name, or null */
export function topicNameProblem(name: string): string | null {
  if (name === '') return 'A topic name must not be empty.';
  if (name === '.' || name === '..') return `A topic must not be named "${name}".`;
  if (name.length > NAME_LENGTH_MAX)
    return `A topic name has at most ${NAME_LENGTH_MAX} characters, not ${name.length}.`;
  if (!LEGAL.test(name))
    return `Topic name "${name}" has characters other than a-z, A-Z, 0-9, ".", "_" and "-".`;
  return null;
}

/** Metrics write "." as "_": two names that differ in nothing else would share theirs, so Kafka forbids the second. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_');
}
