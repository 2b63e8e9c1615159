import { describe, expect, it } from 'vitest';
import { acceptance, definePromises } from './acceptance.ts';
import { type Fault, memoryDriver } from './fixtures/memory-system.ts';

// A sound system with every ability passes, and so reaches every promise.
acceptance(memoryDriver('none'));

/** The one promise of this name, as a connector with a fault keeps it. */
async function promiseOf(fault: Fault, name: RegExp): Promise<void> {
  const groups: string[] = [];
  const found: (() => Promise<void> | void)[] = [];
  definePromises(
    {
      group: (title, body) => {
        groups.push(title);
        body();
        groups.pop();
      },
      test: (title, body) => {
        if (name.test(`${groups.join()}: ${title}`))
          found.push(() => body((reason) => expect.fail(`skipped: ${reason}`)));
      },
      skip: () => undefined,
    },
    memoryDriver(fault),
  );
  expect(found).toHaveLength(1);
  await found[0]?.();
}

describe('the suite finds a connector that', () => {
  const faults: readonly (readonly [Fault, RegExp, complaint: RegExp])[] = [
    ['misses on resume', /killed in the middle/, /last entry after a resume/],
    ['repeats durable records', /killed in the middle/, /no repeats of/],
    ['reverses a batch', /was there before it started/, /to deeply equal/],
    ['ignores the abort', /ends an idle poll/, /end of the poll/],
    ['leaks a timer', /: gives records with a topic/, /is closed/],
    ['fails a second stop', /: may be stopped twice$/, /stopped already/],
    ['fails as a bug', /refuses a poison record/, /did not fail with a MillraceError/],
    ['writes on stop', /has written a batch/, /to deeply equal/],
    ['drops what is empty', /^sink .*: keeps empty texts/, /to deeply equal/],
    ['writes in part', /writes 2000 records/, /to deeply equal/],
    ['eats its sample', /gives a sample/, /20 entries/],
    ['takes any offset', /accepts positions/, /instead of rejecting/],
    ['writes its plan', /plans without/, /to deeply equal/],
    ['undocumented option', /documents every option of MemorySink/, /mystery|deeply equal/],
  ];
  it.each(faults)('%s', async (fault, name, complaint) => {
    await expect(promiseOf(fault, name)).rejects.toThrow(complaint);
  });
});
