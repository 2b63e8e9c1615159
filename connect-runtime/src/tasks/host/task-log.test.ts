import { createLogger } from '@millrace/foundation';
import { describe, expect, it } from 'vitest';
import { TaskLog } from './task-log.ts';

function newLog() {
  const log = new TaskLog();
  const logger = createLogger({
    rewrite: (line) => {
      log.line(line);
      return '';
    },
    destination: { write: () => undefined },
  });
  return { log, logger, task: logger.child({ connector: 'orders', task: 2 }) };
}

describe('TaskLog', () => {
  it('takes lines with their facts, by task, once', () => {
    const { log, task, logger } = newLog();
    task.warn({ code: 'SLOW', rows: 3 }, 'a query took long');
    logger.info('of no task');
    const [report, ...others] = log.take();
    expect(others).toEqual([]);
    expect(report?.id).toEqual({ connector: 'orders', task: 2 });
    expect(report?.lines).toEqual([
      {
        atMs: expect.any(Number),
        level: 'WARN',
        message: 'a query took long',
        facts: { code: 'SLOW', rows: 3 },
      },
    ]);
    expect(log.take()).toEqual([]);
  });

  it('keeps a flood and long facts within bounds, and says how much went', () => {
    const { log, task } = newLog();
    for (let line = 0; line < 130; line++) task.info({ text: 'x'.repeat(10_000) }, 'again');
    const [report] = log.take();
    expect(report?.lines).toHaveLength(100);
    expect(report?.dropped).toBe(30);
    expect(JSON.stringify(report?.lines[0]?.facts).length).toBeLessThan(5_000);
  });
});
