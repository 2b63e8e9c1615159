import type { TopicPartition } from '../../types.ts';
import { type Assignor, compare, compareMembers } from './assignor.ts';

/**
 * Each topic by itself, in ranges: members in order get ranges of equal length, the first ones one more where it does not
 * come out even. Topics with as many partitions are divided alike, which joins rely on.
 */
export const range: Assignor = {
  name: 'range',
  assign(members, partitions) {
    const assignment = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]));
    for (const [topic, count] of [...partitions].sort(([a], [b]) => compare(a, b))) {
      const takers = members.filter(({ topics }) => topics.includes(topic)).sort(compareMembers);
      if (takers.length === 0) continue;
      const share = Math.floor(count / takers.length);
      const larger = count % takers.length;
      let next = 0;
      for (const [index, { memberId }] of takers.entries()) {
        const end = next + share + (index < larger ? 1 : 0);
        for (; next < end; next++) assignment.get(memberId)?.push({ topic, partition: next });
      }
    }
    return assignment;
  },
};
