import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alive } from '../../testing/instant-controller.ts';
import { emptyImage, replay } from '../metadata/replay.ts';
import { placeReplicas } from './replica-placement.ts';

const seeded = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
};

interface Shape {
  /** The rack of each broker; a fenced one ends with a bang. */
  readonly racks: readonly string[];
  readonly replicationFactor: number;
  readonly count: number;
  readonly seed: number;
}

function placed({ racks, replicationFactor, count, seed }: Shape) {
  const records = racks.map((rack, index) =>
    alive(index + 1, rack.endsWith('!'), rack.replace('!', '') || null),
  );
  const image = replay(emptyImage, records, 0, 1);
  const result = placeReplicas(image, { existing: [], count, replicationFactor, random: seeded(seed) });
  if ('error' in result) throw new Error(result.error);
  return result.map(({ replicas }) => replicas);
}

describe('placing replicas', () => {
  it('gives each partition different racks, and each broker its share of leaders, where racks are alike', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 3 }), (seed, replicationFactor) => {
        const racks = ['a', 'b', 'c', 'a', 'b', 'c'];
        const rows = placed({ racks, replicationFactor, count: 12, seed });
        for (const row of rows) {
          const used = row.map((id) => racks[id - 1]);
          expect(new Set(used).size).toBe(row.length);
        }
        const leads = racks.map((_, index) => rows.filter(([leader]) => leader === index + 1).length);
        expect(leads).toEqual([2, 2, 2, 2, 2, 2]);
      }),
    );
  });

  it('never places two replicas on one broker, nor a leader on a fenced one, however racks are', () => {
    const rack = fc.constantFrom('a', 'a!', 'b', 'b!', 'c', '', '!');
    fc.assert(
      fc.property(
        fc.nat(),
        fc.array(rack, { minLength: 1, maxLength: 7 }),
        fc.nat(6),
        (seed, others, more) => {
          const racks = ['a', ...others];
          const replicationFactor = 1 + (more % racks.length);
          for (const row of placed({ racks, replicationFactor, count: 20, seed })) {
            expect(new Set(row).size).toBe(replicationFactor);
            expect(racks[row[0]! - 1]).not.toMatch(/!$/);
          }
        },
      ),
    );
  });

  it('is the same for the same seed', () => {
    const shape = { racks: ['a', 'b', 'b', 'c'], replicationFactor: 3, count: 9, seed: 7 };
    expect(placed(shape)).toEqual(placed(shape));
  });

  it('goes on behind the partitions that are there', () => {
    const image = replay(emptyImage, [alive(1), alive(2), alive(3)], 0, 1);
    const request = { count: 1, replicationFactor: 1, random: () => 0 };
    const first = placeReplicas(image, { ...request, existing: [] });
    if ('error' in first) throw new Error(first.error);
    const second = placeReplicas(image, { ...request, existing: first });
    expect([first, second]).toMatchObject([[{ replicas: [1] }], [{ replicas: [2], partition: 1 }]]);
  });
});
