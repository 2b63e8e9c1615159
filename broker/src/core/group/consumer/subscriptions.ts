import type { Now, Uuid } from '@millrace/foundation/types';
import type { MetadataImage } from '../../metadata/image.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import type { GroupDraft } from './group-draft.ts';
import { metadataHash } from './topic-hash.ts';

/** As in Kafka 4.3: a group that was never assigned to begins above the epoch of no assignment. */
const FIRST_EPOCH = 2;
/** Kafka's `group.consumer.regex.refresh.interval.ms`, which is internal there: what may be described can change without a sign. */
const TRY_ALL_INTERVAL_MS = 600_000;

/** Whether a topic's name is meant; or why the pattern is none. */
export type TopicPattern = ((topic: string) => boolean) | { readonly problem: string };

/** What the topics of regular expressions are looked for by. */
export interface TopicSearch {
  readonly patternOf: (regex: string) => TopicPattern;
  /** Whether the one who asks may know of the topic. */
  readonly mayDescribe: (topic: string) => boolean;
}

/** The ids of the topics that a member reads, of those that exist. */
export function subscribedTopicIds(
  group: ConsumerGroup,
  member: ConsumerMember,
  image: MetadataImage,
): ReadonlySet<Uuid> {
  const ids = new Set<Uuid>();
  for (const name of group.topicsOf(member)) {
    const id = image.topicsByName.get(name)?.id;
    if (id !== undefined) ids.add(id);
  }
  return ids;
}

/** Whether it is time to try topics again that were tried before: who asks now may know of others than who asked then. */
export function triesAllTopics({ regexes, triedAllMonoMs }: ConsumerGroup, now: Now): boolean {
  if (regexes.size === 0 || triedAllMonoMs === null) return false;
  return now.monoMs - triedAllMonoMs >= TRY_ALL_INTERVAL_MS;
}

/**
 * Takes out what no member's regular expression is any more, and brings the others up to the topics that there are now.
 * @param search null where the one who asks has none to do with topics: the others stay as they are
 */
export function matchRegexes(draft: GroupDraft, search: TopicSearch | null, now: Now): void {
  const { group, image } = draft;
  const used = new Set<string>();
  for (const { subscribedRegex } of group.members.values())
    if (subscribedRegex !== null) used.add(subscribedRegex);
  for (const regex of group.regexes.keys())
    if (!used.has(regex)) draft.add({ kind: 'consumer-regex', group: group.id, regex, value: null });
  if (search === null) return;
  const seen = triesAllTopics(group, now) ? null : group.matchedTopics;
  const isAll = seen === null || group.regexes.size === 0;
  for (const regex of used) {
    const known = group.regexes.get(regex);
    if (known !== undefined && seen === image.topicsByName) continue;
    const topics = matchingTopics(image, regex, search, known === undefined ? null : { seen, known });
    if (known !== undefined && topics.length === known.size && topics.every((topic) => known.has(topic)))
      continue;
    draft.add({
      kind: 'consumer-regex',
      group: group.id,
      regex,
      value: { topics: [...topics].sort(), version: image.offset, timestamp: now.wallMs },
    });
  }
  draft.matched = isAll ? 'all' : 'new';
}

/**
 * Only topics that are new since the last time are tried. One that was made anew is: a look that is not stored yet may have forgotten the
 * name.
 */
function matchingTopics(
  { topicsByName }: MetadataImage,
  regex: string,
  search: TopicSearch,
  before: {
    readonly seen: MetadataImage['topicsByName'] | null;
    readonly known: ReadonlySet<string>;
  } | null,
): readonly string[] {
  const matches = search.patternOf(regex);
  if (typeof matches !== 'function') return [];
  const topics: string[] = [];
  for (const [name, { id }] of topicsByName) {
    const isMeant =
      before?.seen?.get(name)?.id === id ? before.known.has(name) : matches(name) && search.mayDescribe(name);
    if (isMeant) topics.push(name);
  }
  return topics;
}

/**
 * Begins a new epoch of the group where it must be assigned anew: because its members or what they read have changed, or
 * the topics that they read.
 */
export function bumpEpoch(draft: GroupDraft, isNeeded: boolean): void {
  const { group, image } = draft;
  if (!isNeeded && group.checkedImage === image) return;
  const hash = metadataHash(image, group.subscribedTopics());
  if (!isNeeded && hash === group.metadataHash) return;
  draft.add({
    kind: 'consumer-group',
    group: group.id,
    value: { epoch: Math.max(group.epoch + 1, FIRST_EPOCH), metadataHash: hash },
  });
}
