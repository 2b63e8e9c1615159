import type { TopicPartition } from '../../types.ts';
import { type Assignor, compare, compareMembers } from './assignor.ts';

/** All partitions of all topics in turn, each to the next member that wants its topic. */
export const roundRobin: Assignor = {
  name: 'roundrobin',
  assign(members, partitions) {
    const assignment = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]));
    const ring = [...members].sort(compareMembers);
    let turn = 0;
    for (const [topic, count] of [...partitions].sort(([a], [b]) => compare(a, b))) {
      if (!ring.some(({ topics }) => topics.includes(topic))) continue;
      for (let partition = 0; partition < count; partition++) {
        while (!ring[turn % ring.length]?.topics.includes(topic)) turn++;
        const member = ring[turn % ring.length];
        if (member) assignment.get(member.memberId)?.push({ topic, partition });
        turn++;
      }
    }
    return assignment;
  },
};
