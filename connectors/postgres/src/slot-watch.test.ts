import type { Logger } from '@millrace/sdk';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Row, Session } from './connection.ts';
import { SlotWatch } from './slot-watch.ts';

const silentLogger = { debug: () => undefined, warn: () => undefined } as unknown as Logger;

/** Looks once for each row that the server has of the slot; what is said in the end. A number lets so many seconds go by. */
async function after(...rows: readonly (Row | number)[]) {
  const waiting = [...rows];
  const session = { query: async () => waiting.splice(0, 1) } as unknown as Session;
  const notices = new Map<string, string | null>();
  const figures = new Map<string, number | null>();
  const watch = new SlotWatch({
    ...{ session, slot: 'mine', logger: silentLogger, retainedWarningBytes: 2 ** 21 },
    figure: (name, value) => void figures.set(name, value),
    notice: (name, text) => void notices.set(name, text),
  });
  while (waiting.length > 0) {
    if (typeof waiting[0] === 'number') vi.advanceTimersByTime(Number(waiting.shift()) * 1_000);
    else await watch.look();
  }
  return { notice: notices.get('slot'), figures };
}

const row = (more: Row): Row => ({
  ...{ lsn: '0/100', wal_status: 'reserved', safe: null, behind: '16', held: '64' },
  ...more,
});

describe('the watch of a slot', () => {
  afterEach(() => vi.useRealTimers());

  it('tells how far it is behind, and nothing that is wrong where nothing is', async () => {
    const { notice, figures } = await after(row({}), row({ lsn: '0/200' }));
    expect(notice).toBeNull();
    expect(Object.fromEntries(figures)).toEqual({
      slot_lag_bytes: 16,
      slot_retained_bytes: 64,
      slot_safe_bytes: null,
      slot_runway_seconds: null,
    });
  });

  it('says in words how soon the slot loses its log at the present rate', async () => {
    const { notice, figures } = await after(row({ safe: '512' }), row({ lsn: '0/200', safe: '256' }));
    expect(figures.get('slot_runway_seconds')).toBeLessThan(60);
    expect(notice).toMatch(/slot mine still needs in about \d+ min.*max_slot_wal_keep_size/);
  });

  it('takes the rate of the last minutes, and not of the quiet hours before', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const full = { safe: String(0x100_0000) };
    const { figures } = await after(
      ...[row(full), 3_600, row(full), 3_600, row(full)],
      ...[10, row({ lsn: '0/100100', safe: String(0xf0_0000) })],
    );
    expect(figures.get('slot_runway_seconds')).toBe(150);
  });

  it('says how much log it holds back where nothing bounds that, from a size on', async () => {
    expect((await after(row({ held: String(2 ** 21 - 1) }))).notice).toBeNull();
    expect((await after(row({ held: String(3 * 2 ** 20) }))).notice).toContain('holds back 3 MiB');
    expect((await after(row({ held: String(2 ** 22), safe: '512' }))).notice).toBeNull();
  });

  it('says that the log is about to be removed, and that it is', async () => {
    expect((await after(row({ wal_status: 'unreserved' }))).notice).toContain('is about to remove log');
    expect((await after(row({ wal_status: 'lost' }))).notice).toContain('has removed log');
  });

  it('takes back what is no longer so', async () => {
    expect((await after(row({ wal_status: 'unreserved' }), row({}))).notice).toBeNull();
  });
});
