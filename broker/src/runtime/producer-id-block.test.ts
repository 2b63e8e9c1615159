import { MillraceError } from '@millrace/foundation';
import { describe, expect, it } from 'vitest';
import type { AllocateProducerIdsResult } from '../core/controller/producer-ids.ts';
import { createProducerIds } from './producer-id-block.ts';

/** Ids from a controller that answers this, one answer after the other. */
function idsFrom(...answers: (AllocateProducerIdsResult | Error)[]) {
  return createProducerIds({
    async allocateProducerIds() {
      const answer = answers.shift();
      if (answer === undefined) throw new Error('nothing more was to be asked');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
}

const failing = (code: string) => new MillraceError('It fails.', { code, class: 'transient' });

describe('producer ids', () => {
  it('come from one block after the other', async () => {
    const ids = idsFrom({ error: null, first: 10, count: 2 }, { error: null, first: 40, count: 2 });
    expect([await ids.next(), await ids.next(), await ids.next()]).toEqual([10, 11, 40]);
  });

  it('are there later for a broker whose registration is not the newest', async () => {
    const ids = idsFrom(
      { error: 'STALE_BROKER_EPOCH', message: 'It is older.' },
      { error: null, first: 7, count: 1 },
    );
    await expect(ids.next()).rejects.toMatchObject({ code: 'PRODUCER_IDS_NOT_HERE', class: 'transient' });
    expect(await ids.next()).toBe(7);
  });

  it.each(['NOT_CONTROLLER', 'CONNECTION_LOST'])('are there later after %s', async (code) => {
    await expect(idsFrom(failing(code)).next()).rejects.toMatchObject({ code: 'PRODUCER_IDS_NOT_HERE' });
  });

  it('say what is at fault where that does not pass', async () => {
    await expect(idsFrom(failing('METADATA_LOG_FAILED')).next()).rejects.toMatchObject({
      code: 'METADATA_LOG_FAILED',
    });
  });
});
