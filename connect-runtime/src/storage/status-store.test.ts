import { describe, expect, it } from 'vitest';
import { MemoryLog } from './memory-log.ts';
import type { OpenLog } from './record-log.ts';
import { type Status, type StatusState, StatusStore } from './status-store.ts';

const ID = { connector: 'c', task: 0 };

const status = (workerId: string, state: StatusState, generation: number): Status => ({
  ...{ workerId, state, generation },
});

/** Two workers on one topic; `held` ones do not read what is written until they are told to. */
function twoWorkers() {
  const readers: ((record: Parameters<Parameters<OpenLog>[0]>[0]) => void)[] = [];
  const topic = new MemoryLog('statuses', (record) => {
    for (const read of readers) read(record);
  });
  const openFor =
    (reads: () => boolean): OpenLog =>
    (onRecord) => {
      readers.push((record) => {
        if (reads()) onRecord(record);
      });
      return topic;
    };
  const held = { former: false };
  const owner = new StatusStore(
    openFor(() => true),
    () => undefined,
  );
  const former = new StatusStore(
    openFor(() => !held.former),
    () => undefined,
  );
  return { owner, former, held };
}

describe('a status that a former owner tells too late', () => {
  it('is left out where that one has read of the new owner', async () => {
    const { owner, former } = twoWorkers();
    await former.putTask(ID, status('former', 'RUNNING', 5));
    await owner.putTask(ID, status('owner', 'PAUSED', 7));
    await former.putTask(ID, status('former', 'UNASSIGNED', 5));
    expect(owner.task(ID)).toMatchObject({ workerId: 'owner', state: 'PAUSED' });
  });

  it('is answered by the owner where that one was held up and has not', async () => {
    const { owner, former, held } = twoWorkers();
    await former.putTask(ID, status('former', 'RUNNING', 5));
    held.former = true;
    await owner.putTask(ID, status('owner', 'PAUSED', 7));
    await former.putTask(ID, status('former', 'UNASSIGNED', 5));
    expect(owner.task(ID)).toMatchObject({ workerId: 'owner', state: 'PAUSED', generation: 7 });
  });

  it('stands where the owner has let the task go', async () => {
    const { owner, former, held } = twoWorkers();
    held.former = true;
    await owner.putTask(ID, status('owner', 'PAUSED', 7));
    await owner.putTask(ID, status('owner', 'UNASSIGNED', 7));
    await former.putTask(ID, status('former', 'RUNNING', 5));
    expect(owner.task(ID)).toMatchObject({ workerId: 'former', state: 'RUNNING' });
  });
});
