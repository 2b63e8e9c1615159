import { createLogger } from '@millrace/foundation';
import { expect, test } from 'vitest';
import { TaskLoggers } from './task-loggers.ts';

test('levels reach the loggers of tasks that run and of those that come', () => {
  const root = createLogger({ level: 'info', destination: { write: () => undefined } });
  const loggers = new TaskLoggers(root);
  const orders = loggers.of({ connector: 'orders', task: 0 });
  expect(orders.level).toBe('info');
  loggers.setLevels({ tasks: 'warn', byConnector: { orders: 'debug' } });
  const others = loggers.of({ connector: 'others', task: 0 });
  expect([root.level, orders.level, others.level]).toEqual(['warn', 'debug', 'warn']);
  loggers.setLevels({ tasks: 'info', byConnector: {} });
  expect([root.level, orders.level, others.level]).toEqual(['info', 'info', 'info']);
});
