import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { judge } from '../work-queue/journal.ts';

/** What the check says of what consumers have noted, one text each. */
async function verdict(...notes: readonly (readonly string[])[]) {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [index, lines] of notes.entries())
    await writeFile(join(folder, `${index}.txt`), `${lines.join('\n')}\n`);
  return judge(folder, { partitions: 1, perPartition: 1, areLeadersKept: true });
}

test('the check of a work queue finds what must not be, and nothing else', async () => {
  expect(await verdict(['D 0 0 1', 'I 0 0 1', 'O 0 0 1'])).toEqual({
    accepted: 1,
    unheard: 0,
    redeliveries: 0,
    violations: [],
  });
  expect(await verdict(['D 0 0 1', 'I 0 0 1'], ['D 0 0 2', 'I 0 0 2', 'O 0 0 2'])).toMatchObject({
    accepted: 1,
    redeliveries: 1,
    violations: [],
  });
  expect(await verdict(['D 0 0 1', 'I 0 0 1'])).toMatchObject({ accepted: 0, unheard: 1, violations: [] });
  const wrong: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    ['nobody', []],
    ['accepted by nobody', [['D 0 0 1']]],
    [
      '2 times',
      [
        ['D 0 0 1', 'I 0 0 1', 'O 0 0 1'],
        ['D 0 0 2', 'I 0 0 2', 'O 0 0 2'],
      ],
    ],
    ['one count', [['D 0 0 1', 'I 0 0 1', 'O 0 0 1'], ['D 0 0 1']]],
    ['delivered again', [['D 0 0 1', 'I 0 0 1', 'O 0 0 1'], ['D 0 0 2']]],
  ];
  for (const [said, notes] of wrong) {
    const { violations } = await verdict(...notes);
    expect(violations, said).toEqual([expect.stringContaining(said)]);
  }
});
