import { expect, test } from 'vitest';
import { type ConfigStep, type ConfigVersion, slotOf, versionsFor } from './config-versions.ts';

const step = (before: string | null, after: string | null, more: Partial<ConfigStep> = {}): ConfigStep => ({
  before: before === null ? undefined : { a: before },
  after: after === null ? undefined : { a: after },
  ...{ by: 'me', atMs: 1 },
  ...more,
});

function history(...steps: readonly ConfigStep[]): readonly ConfigVersion[] {
  const known: ConfigVersion[] = [];
  for (const step of steps) known.push(...versionsFor(known, step));
  return known;
}

const told = (versions: readonly ConfigVersion[]) =>
  versions.map(({ version, what, config }) => `${version} ${what} ${config.a ?? '-'}`);

test('versions count on, also over a deletion', () => {
  const all = history(step(null, 'x'), step('x', 'y'), step('y', null), step(null, 'z', { restored: 1 }));
  expect(told(all)).toEqual(['1 create x', '2 update y', '3 delete -', '4 restore z']);
  expect(all.at(-1)).toMatchObject({ restored: 1, by: 'me' });
});

test('what changes nothing is no version', () => {
  expect(told(history(step(null, 'x'), step('x', 'x')))).toEqual(['1 create x']);
});

test('a config that nobody noted comes before the change of it', () => {
  expect(told(history(step('old', 'new')))).toEqual(['1 found old', '2 update new']);
  expect(told(history(step(null, 'x'), step('y', 'z')))).toEqual(['1 create x', '2 found y', '3 update z']);
});

test('a version takes the place of the one fifty before it', () => {
  expect(slotOf(57)).toBe(slotOf(7));
  expect(new Set(Array.from({ length: 50 }, (_, i) => slotOf(i + 1))).size).toBe(50);
});
