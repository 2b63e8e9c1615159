import type { Now, Uuid } from '@millrace/foundation/types';
import type { MetadataImage } from '../../metadata/image.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { ConsumerMember } from './consumer-member.ts';
import type { GroupDraft } from './group-draft.ts';
import { metadataHash } from './topic-hash.ts';

/** As in Kafka 4.3: a group that was never assigned to begins above the epoch of no assignment. */
const FIRST_EPOCH = 2;

/** Whether a topic's name is meant; or why the pattern is none. */
export type TopicPattern = ((topic: string) => boolean) | { readonly problem: string };

/** What the topics of regular expressions are looked for by. */
export interface TopicSearch {
  readonly image: MetadataImage;
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

/** Takes out what no member's regular expression is any more, and brings the others up to the topics that there are now. */
export function matchRegexes(draft: GroupDraft, search: TopicSearch, now: Now): void {
  const { image } = search;
  const { group } = draft;
  const used = new Set<string>();
  for (const { subscribedRegex } of group.members.values())
    if (subscribedRegex !== null) used.add(subscribedRegex);
  for (const regex of group.regexes.keys())
    if (!used.has(regex)) draft.add({ kind: 'consumer-regex', group: group.id, regex, value: null });
  const isFresh = group.matchedTopics === image.topicsByName;
  for (const regex of used) {
    const known = group.regexes.get(regex);
    if (known !== undefined && isFresh) continue;
    const topics = matchingTopics(group, regex, search);
    if (known !== undefined && topics.length === known.size && topics.every((topic) => known.has(topic)))
      continue;
    draft.add({
      kind: 'consumer-regex',
      group: group.id,
      regex,
      value: { topics: [...topics].sort(), version: image.offset, timestamp: now.wallMs },
    });
  }
}

/** Only topics that are new since the last time are tried. */
function matchingTopics(group: ConsumerGroup, regex: string, search: TopicSearch): readonly string[] {
  const { image, mayDescribe } = search;
  const known = group.regexes.get(regex);
  const seen = known === undefined ? null : group.matchedTopics;
  const matches = search.patternOf(regex);
  if (typeof matches !== 'function') return [];
  const topics: string[] = [];
  for (const name of image.topicsByName.keys()) {
    const isMeant = seen?.has(name) ? known?.has(name) : matches(name) && mayDescribe(name);
    if (isMeant) topics.push(name);
  }
  return topics;
}

/**
 * Begins a new epoch of the group where it must be assigned anew: because its members or what they read have changed, or
 * the topics that they read.
 */
export function bumpEpoch(draft: GroupDraft, image: MetadataImage, isNeeded: boolean): void {
  const { group } = draft;
  if (!isNeeded && group.checkedImage === image) return;
  const hash = metadataHash(image, group.subscribedTopics());
  if (!isNeeded && hash === group.metadataHash) return;
  draft.add({
    kind: 'consumer-group',
    group: group.id,
    value: { epoch: Math.max(group.epoch + 1, FIRST_EPOCH), metadataHash: hash },
  });
}
