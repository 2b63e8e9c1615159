import { describe, expect, test } from 'vitest';
import { chainOf } from './chain-config.ts';
import { connectorProblems } from './connector-config.ts';
import { errorPolicyOf } from './error-config.ts';

describe('a chain', () => {
  test('has its steps in order, each with its own options and none of the runtime', () => {
    const { steps, predicates, problems } = chainOf({
      transforms: ' b, a ,',
      'transforms.a.type': 'A',
      'transforms.a.field': 'x',
      'transforms.a.predicate': 'p',
      'transforms.a.negate': 'TRUE',
      'transforms.b.type': 'B',
      'transforms.b.plugin.version': '[1,2)',
      'transforms.b.type.more': 'kept',
      'transforms.c.type': 'not listed',
      predicates: 'p',
      'predicates.p.type': 'P',
      'predicates.p.name': 'n',
    });
    expect(problems).toEqual([]);
    expect(steps).toMatchObject([
      {
        ...{ name: 'b', class: 'B', version: '[1,2)', predicate: null, negate: false },
        ...{ path: 'transforms.b.type', prefix: 'transforms.b.' },
        options: { 'type.more': 'kept' },
      },
      { name: 'a', class: 'A', version: undefined, predicate: 'p', negate: true },
    ]);
    expect(steps[1]?.options).toEqual({ field: 'x' });
    expect(predicates).toMatchObject([{ name: 'p', class: 'P', options: { name: 'n' } }]);
  });

  test.each([
    [{ transforms: 'a,a' }, 'transforms'],
    [{ transforms: 'a', 'transforms.a.predicate': 'p' }, 'transforms.a.predicate'],
    [{ transforms: 'a', 'transforms.a.negate': 'yes' }, 'transforms.a.negate'],
  ])('of %j is refused at its key', (config, key) => {
    const problems = connectorProblems('source', config as Record<string, string>);
    expect(problems.map((problem) => problem.key)).toEqual([key]);
  });
});

describe('what becomes of errors', () => {
  test('is by default what Kafka Connect does', () => {
    expect(errorPolicyOf({ name: 'c', topics: 't' })).toEqual({
      ...{ toleratesAll: false, retryTimeoutMs: 0, retryDelayMaxMs: 60_000 },
      ...{ logs: false, logsCoordinates: false, deadLetters: null },
    });
  });

  test.each([
    ['errors.tolerance', 'some'],
    ['errors.retry.timeout', '-2'],
    ['errors.deadletterqueue.topic.replication.factor', '0'],
  ])('can not be %s=%s', (key, value) => {
    expect(() => errorPolicyOf({ [key]: value })).toThrow(`"${key}"`);
  });

  test.each([{ topics: 'a, dead' }, { 'topics.regex': 'd.*' }])(
    'dead letters are not read again: %j',
    (read) => {
      const config = { ...(read as Record<string, string>), 'errors.deadletterqueue.topic.name': 'dead' };
      expect(connectorProblems('sink', config).map(({ key }) => key)).toEqual(Object.keys(read));
    },
  );
});
