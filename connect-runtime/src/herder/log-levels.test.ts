import { createLogger, systemClock } from '@millrace/foundation';
import { expect, test } from 'vitest';
import { LogLevels } from './log-levels.ts';

function fixture() {
  const published: string[] = [];
  const pushed: unknown[] = [];
  const logger = createLogger({ level: 'info', destination: { write: () => undefined } });
  const levels = new LogLevels({
    logger,
    clock: systemClock,
    connectors: () => ['orders'],
    onTaskLevels: (given) => void pushed.push(given),
    publish: async (name, level) => void published.push(`${name}=${level}`),
  });
  return { levels, logger, published, pushed };
}

test('a level holds for the logger and all below it, and says when it was set', () => {
  const { levels, logger, pushed } = fixture();
  const worker = levels.named('worker');
  const child = levels.named('worker.storage');
  expect(levels.all()).toEqual({
    root: { level: 'INFO', last_modified: null },
    tasks: { level: 'INFO', last_modified: null },
    'tasks.orders': { level: 'INFO', last_modified: null },
    worker: { level: 'INFO', last_modified: null },
    'worker.storage': { level: 'INFO', last_modified: null },
  });
  expect(levels.set('worker', 'debug')).toEqual(['worker', 'worker.storage']);
  expect([logger.level, worker.level, child.level]).toEqual(['info', 'debug', 'debug']);
  expect(levels.find('worker.storage')).toEqual({ level: 'DEBUG', last_modified: expect.any(Number) });
  expect(levels.set('worker', 'DEBUG')).toEqual([]);
  expect(pushed).toHaveLength(2);
});

test('the root takes all along, also those that had a level of their own', () => {
  const { levels, logger, pushed } = fixture();
  levels.set('tasks.orders', 'TRACE');
  expect(pushed.at(-1)).toEqual({ tasks: 'info', byConnector: { orders: 'trace' } });
  expect(levels.set('root', 'OFF')).toEqual(['root', 'tasks', 'tasks.orders']);
  expect(logger.level).toBe('silent');
  expect(pushed.at(-1)).toEqual({ tasks: 'silent', byConnector: {} });
});

test('a logger that nobody has yet is made; an unknown one is null', () => {
  const { levels } = fixture();
  expect(levels.find('later')).toBeNull();
  levels.set('later', 'WARN');
  expect(levels.named('later.one').level).toBe('warn');
});

test('a level that does not exist is refused, here and everywhere', async () => {
  const { levels, published } = fixture();
  expect(() => levels.set('worker', 'LOUD')).toThrow("invalid log level 'LOUD'.");
  await expect(levels.setEverywhere('worker', 'LOUD')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await levels.setEverywhere('worker', 'warn');
  expect(published).toEqual(['worker=WARN']);
});
