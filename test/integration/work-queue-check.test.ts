import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { judge } from '../work-queue/journal.ts';

/** What the check says of what consumers have noted, one text each. */
async function verdict(perPartition: number, ...notes: readonly (readonly string[])[]) {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [index, lines] of notes.entries())
    await writeFile(join(folder, `${index}.txt`), `${lines.join('\n')}\n`);
  return judge(folder, { partitions: 1, perPartition, areLeadersKept: true });
}

test('the check of a work queue finds what must not be, and nothing else', async () => {
  expect(await verdict(1, ['D 0 0 1', 'I 0 0 1', 'O 0 0 1', 'E'])).toEqual({
    accepted: 1,
    unheard: 0,
    redeliveries: 0,
    violations: [],
  });
  expect(await verdict(1, ['D 0 0 1', 'I 0 0 1'], ['D 0 0 2', 'I 0 0 2', 'O 0 0 2'])).toMatchObject({
    accepted: 1,
    redeliveries: 1,
    violations: [],
  });
  // The second job may have been accepted by the one that was killed, or by the one whose connection was lost.
  const [one, other] = [
    ['D 0 0 1', 'I 0 0 1', 'O 0 0 1'],
    ['D 0 1 1', 'I 0 1 1'],
  ];
  expect(await verdict(2, one, other)).toMatchObject({ accepted: 1, unheard: 1, violations: [] });
  expect(await verdict(2, one, [...other, 'U 0 1 1', 'E'])).toMatchObject({ unheard: 1, violations: [] });
});

const killedWithMany = Array.from({ length: 51 }, (_, offset) => `I 0 ${offset + 1} 1`);
const accepted = ['D 0 0 1', 'I 0 0 1', 'O 0 0 1'];
test.each<[string, number, readonly (readonly string[])[]]>([
  ['was given to nobody', 2, [accepted]],
  ['was accepted by nobody', 2, [accepted, ['D 0 1 1']]],
  ['was accepted by nobody', 2, [accepted, ['D 0 1 1', 'I 0 1 1', 'E']]],
  ['was accepted by nobody', 2, [[...accepted, 'D 0 1 1', 'I 0 1 1', 'D 0 1 2']]],
  ['2 times', 1, [accepted, ['D 0 0 2', 'I 0 0 2', 'O 0 0 2']]],
  ['one count', 1, [accepted, ['D 0 0 1']]],
  ['delivered again', 1, [accepted, ['D 0 0 2']]],
  [
    'no acceptance was confirmed',
    2,
    [
      ['D 0 0 1', 'I 0 0 1'],
      ['D 0 1 1', 'I 0 1 1'],
    ],
  ],
  ['with 51 jobs on the way', 52, [accepted, killedWithMany]],
])('the check of a work queue says of a planted fault: %s', async (said, perPartition, notes) => {
  const { violations } = await verdict(perPartition, ...notes);
  expect(violations).toContainEqual(expect.stringContaining(said));
});
