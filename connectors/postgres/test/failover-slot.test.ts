import { MemoryOffsets, SourceHarness, wordsOf } from '@millrace/sdk/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { postgresSource, sourceOptions } from './connectors.ts';
import { dropSlot, Service, unavailable } from './service.ts';

describe.skipIf(unavailable !== undefined)('a slot that standbys are to keep', () => {
  const serverOf = async (version: string) => {
    const service = new Service({ POSTGRES_VERSION: version });
    onTestFinished(() => service.close());
    await service.start();
    const { name, db } = await service.database();
    await db.query('CREATE TABLE t (id int PRIMARY KEY)');
    const task = (more: Record<string, string>, offsets = new MemoryOffsets()) => {
      const options = sourceOptions(service, name, { 'snapshot.mode': 'no_data', ...more });
      const made = new SourceHarness(postgresSource, options, { offsets });
      onTestFinished(() => made.stop());
      return made;
    };
    return { name, db, task };
  };

  it('is made so, or made into one where it is there already', async () => {
    const { name, db, task } = await serverOf('18');
    const failover = async () =>
      (await db.query('SELECT failover FROM pg_replication_slots WHERE slot_name = $1', [`slot_${name}`]))
        .rows;
    await task({ 'slot.failover': 'true' }).start();
    expect(await failover()).toEqual([{ failover: true }]);
    await dropSlot(db, `slot_${name}`);
    const plain = task({});
    await plain.start();
    expect(await failover()).toEqual([{ failover: false }]);
    await plain.stop();
    const snapshot = task({ 'slot.failover': 'true', 'snapshot.mode': 'initial' });
    await snapshot.start();
    expect(await failover()).toEqual([{ failover: true }]);
    await db.query('INSERT INTO t VALUES (1)');
    await snapshot.pollUntil('the row', (records) => records.length === 1);
  });

  it('is refused where the server is too old for it', async () => {
    const { task } = await serverOf('15');
    expect(await wordsOf(task({ 'slot.failover': 'true' }).start())).toMatchObject({
      ...{ class: 'config', code: 'POSTGRES_TOO_OLD', path: 'slot.failover' },
    });
  });
});
