import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Assignment, Assignor, MemberSubscription } from './assignor.ts';
import { cooperativeSticky } from './cooperative-sticky.ts';
import { range } from './range.ts';
import { roundRobin } from './round-robin.ts';

function member(
  memberId: string,
  topics: string[],
  groupInstanceId: string | null = null,
): MemberSubscription {
  return { memberId, groupInstanceId, topics };
}

function shown(assignment: Assignment): Record<string, string> {
  const lists = [...assignment].map(([id, list]) => [
    id,
    list.map((one) => `${one.topic}${one.partition}`).join(' '),
  ]);
  return Object.fromEntries(lists);
}

describe('range', () => {
  it('gives each member a range of each topic, the first ones one more', () => {
    const members = [member('b', ['t', 'u']), member('a', ['t', 'u'])];
    const partitions = new Map([
      ['u', 3],
      ['t', 4],
    ]);
    expect(shown(range.assign(members, partitions))).toEqual({ a: 't0 t1 u0 u1', b: 't2 t3 u2' });
  });

  it('orders static members by instance id before the others', () => {
    const members = [member('a', ['t']), member('z', ['t'], 'i2'), member('y', ['t'], 'i1')];
    expect(shown(range.assign(members, new Map([['t', 3]])))).toEqual({ y: 't0', z: 't1', a: 't2' });
  });
});

describe('roundrobin', () => {
  it('deals all partitions in turn', () => {
    const members = [member('a', ['t', 'u']), member('b', ['t', 'u'])];
    const partitions = new Map([
      ['t', 3],
      ['u', 3],
    ]);
    expect(shown(roundRobin.assign(members, partitions))).toEqual({ a: 't0 t2 u1', b: 't1 u0 u2' });
  });

  it('passes over members that do not want the topic', () => {
    const members = [member('a', ['t']), member('b', ['t', 'u']), member('c', [])];
    const partitions = new Map([
      ['t', 2],
      ['u', 2],
      ['nobody', 2],
    ]);
    expect(shown(roundRobin.assign(members, partitions))).toEqual({ a: 't0', b: 't1 u0 u1', c: '' });
  });
});

describe('cooperative-sticky', () => {
  const owning = (memberId: string, generationId: number, ...numbers: number[]): MemberSubscription => ({
    ...member(memberId, ['t']),
    owned: numbers.map((partition) => ({ topic: 't', partition })),
    generationId,
  });

  it('takes from who has too much, and gives that to somebody only in the next round', () => {
    const partitions = new Map([['t', 4]]);
    const first = cooperativeSticky.assign([owning('a', 1, 0, 1, 2, 3), owning('b', -1)], partitions);
    expect(shown(first)).toEqual({ a: 't0 t1', b: '' });
    const second = cooperativeSticky.assign([owning('a', 2, 0, 1), owning('b', 2)], partitions);
    expect(shown(second)).toEqual({ a: 't0 t1', b: 't2 t3' });
  });

  it('believes the newer of two who claim a partition, and neither of the same generation', () => {
    const partitions = new Map([['t', 2]]);
    const newer = cooperativeSticky.assign([owning('a', 3, 0), owning('b', 4, 0, 1)], partitions);
    expect(shown(newer)).toEqual({ a: '', b: 't0' });
    const same = cooperativeSticky.assign([owning('a', 4, 0), owning('b', 4, 0)], partitions);
    expect(shown(same)).toEqual({ a: 't0', b: 't1' });
  });
});

describe.each<Assignor>([range, roundRobin, cooperativeSticky])('$name', (assignor) => {
  it('gives each wanted partition to exactly one member that wants it', () => {
    const topics = ['t', 'u', 'v'];
    const subscriptions = fc.array(fc.subarray(topics), { minLength: 1, maxLength: 6 });
    const counts = fc.array(fc.nat(9), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(subscriptions, counts, (wants, sizes) => {
        const members = wants.map((list, i) => member(`m${i}`, list));
        const partitions = new Map(topics.map((topic, i) => [topic, sizes[i]!]));
        const assignment = assignor.assign(members, partitions);
        const given = [...assignment.values()].flat().map(({ topic, partition }) => `${topic}${partition}`);
        const wanted = topics.filter((topic) => wants.some((list) => list.includes(topic)));
        const all = wanted.flatMap((topic) =>
          Array.from({ length: partitions.get(topic)! }, (_, i) => `${topic}${i}`),
        );
        expect(given.sort()).toEqual(all.sort());
        for (const { memberId, topics: own } of members) {
          for (const { topic } of assignment.get(memberId)!) expect(own).toContain(topic);
        }
      }),
    );
  });
});
