import { describe, expect, it, vi } from 'vitest';
import { metricsReference, metricsText } from './metrics.ts';

const defs = {
  jobs_total: { kind: 'counter', help: 'Jobs done.', labels: ['queue'] },
  jobs_waiting: { kind: 'gauge', help: 'Jobs that wait.', labels: [] },
} as const;

describe('metricsText', () => {
  it('writes what holds now, with escaped labels, beside the metrics of the process', async () => {
    const { contentType, text } = await metricsText(defs, (put) => {
      put('jobs_total', 3, { queue: 'a "b"\n' });
      put('jobs_waiting', 7);
    });
    expect(contentType).toContain('text/plain');
    expect(text).toContain('# TYPE jobs_total counter\njobs_total{queue="a \\"b\\"\\n"} 3');
    expect(text).toContain('jobs_waiting 7');
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('forgets what is no more', async () => {
    await metricsText(defs, (put) => put('jobs_total', 3, { queue: 'gone' }));
    const { text } = await metricsText(defs, (put) => put('jobs_waiting', 0));
    expect(text).not.toContain('gone');
  });

  it('refuses a family that is not in the table', async () => {
    await expect(metricsText(defs, (put) => put('jobs_lost' as 'jobs_waiting', 1))).rejects.toThrow(
      'jobs_lost',
    );
  });
});

describe('the first page', () => {
  it('has the CPU time since the process began, and no figures of what was not sampled yet', async () => {
    vi.resetModules();
    const fresh = await import('./metrics.ts');
    const { user, system } = process.cpuUsage();
    const { text } = await fresh.metricsText(defs, () => undefined);
    const seconds = Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]);
    expect(seconds).toBeGreaterThanOrEqual((user + system) / 1e6);
    expect(text).not.toMatch(/ (?:NaN|nan|9223372036)/i);
    const again = await fresh.metricsText(defs, () => undefined);
    expect(again.text).not.toMatch(/ (?:NaN|nan|9223372036)/i);
  });
});

describe('metricsReference', () => {
  it('has one row for each family', () => {
    expect(metricsReference(defs)).toMatch(/^\| `jobs_total` +\| counter \| `queue` \| Jobs done. +\|$/m);
  });
});
