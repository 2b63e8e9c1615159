import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeAround } from './bisect.ts';

class Poison extends Error {}

/** A target that refuses parts with culprits in them; remembers all writes. */
function target(culprits: ReadonlySet<number>) {
  const writes: { from: number; to: number; ok: boolean }[] = [];
  const write = async (from: number, to: number) => {
    const bad = [...culprits].filter((index) => from <= index && index < to);
    writes.push({ from, to, ok: bad.length === 0 });
    if (bad.length > 0) throw new Poison(`record ${bad.join(' and ')}`);
  };
  return { writes, write };
}

const isPoison = (error: unknown): error is Error => error instanceof Poison;

const batches = fc
  .integer({ min: 1, max: 600 })
  .chain((size) =>
    fc.tuple(fc.constant(size), fc.uniqueArray(fc.nat({ max: size - 1 }), { maxLength: Math.min(size, 40) })),
  );

describe('writing around culprits', () => {
  test('finds them all, writes all others once and in order, within the bound of writes', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async ([size, bad]) => {
        const culprits = new Set(bad);
        const { writes, write } = target(culprits);
        const found = await writeAround(size, { write, isPoison });
        expect(found.map(({ index }) => index)).toEqual([...culprits].toSorted((a, b) => a - b));
        for (const { index, error } of found) expect(error.message).toBe(`record ${index}`);
        const written = writes
          .filter(({ ok }) => ok)
          .flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i));
        expect(written).toEqual(Array.from({ length: size }, (_, i) => i).filter((i) => !culprits.has(i)));
        const perCulprit = 2 * Math.ceil(Math.log2(size)) + 1;
        expect(writes.length).toBeLessThanOrEqual(Math.max(1, culprits.size) * perCulprit);
      }),
      { numRuns: 300 },
    );
  });

  test.each([1, 2, 3, 64, 500])(
    'of %i records that all fail takes at most two writes for each',
    async (size) => {
      const { writes, write } = target(new Set(Array.from({ length: size }, (_, i) => i)));
      expect(await writeAround(size, { write, isPoison })).toHaveLength(size);
      expect(writes.length).toBeLessThanOrEqual(2 * size - 1);
    },
  );

  test('does not write a second half that must hold the culprit, since the first did not', async () => {
    const { writes, write } = target(new Set([511]));
    await writeAround(512, { write, isPoison });
    expect(writes).toHaveLength(1 + 9 + 1);
  });

  test('takes one write where nothing is wrong', async () => {
    const { writes, write } = target(new Set());
    await writeAround(500, { write, isPoison });
    expect(writes).toEqual([{ from: 0, to: 500, ok: true }]);
  });

  test('ends with what is no poison, without writing on', async () => {
    let writes = 0;
    const write = async (from: number, to: number) => {
      writes++;
      if (to - from < 4) throw new Error('the target is gone');
      throw new Poison('a part');
    };
    await expect(writeAround(8, { write, isPoison })).rejects.toThrow('the target is gone');
    expect(writes).toBe(3);
  });

  test('ends with what a listener throws of a culprit', async () => {
    const { write } = target(new Set([0, 1, 2]));
    let told = 0;
    const onCulprit = () => {
      told++;
      if (told === 2) throw new Error('enough');
    };
    await expect(writeAround(8, { write, isPoison, onCulprit })).rejects.toThrow('enough');
  });
});
