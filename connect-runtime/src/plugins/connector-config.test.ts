import { parseConfig } from '@millrace/foundation';
import { describe, expect, test } from 'vitest';
import { connectorProblems, sinkConnectorConfig, sourceConnectorConfig } from './connector-config.ts';

const keysOf = (type: 'source' | 'sink', config: { readonly [key: string]: string }) =>
  connectorProblems(type, config).map(({ key }) => key);

describe('a sink', () => {
  test.each([',', 'a,,b', 'a,', 'a,a', 'a, a'])('does not read the topics "%s"', (topics) => {
    expect(keysOf('sink', { topics })).toEqual(['topics']);
  });

  test.each(['a', 'a,b', ' a , b '])('reads the topics "%s"', (topics) => {
    expect(keysOf('sink', { topics })).toEqual([]);
  });
});

describe('a source', () => {
  test('may name no topic for its offsets, but not a blank one', () => {
    expect(keysOf('source', {})).toEqual([]);
    expect(keysOf('source', { 'offsets.storage.topic': ' ' })).toEqual(['offsets.storage.topic']);
  });
});

describe("a version of a converter that is the worker's", () => {
  const key = 'value.converter.plugin.version';

  test('is not looked for, and is a version or a range all the same', () => {
    expect(keysOf('source', { [key]: '99' })).toEqual([]);
    expect(connectorProblems('source', { [key]: '[' })).toEqual([
      { key, message: expect.stringContaining('neither a version nor a range') },
    ]);
  });

  test('is looked for, and judged, where the connector names the converter', () => {
    expect(keysOf('source', { 'value.converter': 'X', [key]: '[' })).toEqual([]);
  });
});

test('what happens when values expire, and whether tasks.max holds, are keys of every connector', () => {
  expect(sourceConnectorConfig['config.action.reload'].default).toBe('restart');
  expect(sourceConnectorConfig['tasks.max.enforce'].default).toBe(true);
});

describe('when tasks start again', () => {
  test('is said in numbers that mean something', () => {
    const wrong = (config: Readonly<Record<string, string>>) =>
      parseConfig(sinkConnectorConfig, { name: 'n', 'connector.class': 'C', ...config }).problems.map(
        ({ key }) => key,
      );
    expect(wrong({ 'task.restart.backoff.ms': '500', 'task.restart.attempts.bug': '-1' })).toEqual([]);
    for (const [key, value] of [
      ['task.restart.backoff.ms', '5s'],
      ['task.restart.backoff.ms', '-5'],
      ['task.restart.backoff.max.ms', '10000000000'],
      ['task.restart.attempts.bug', 'many'],
    ] as const)
      expect(wrong({ [key]: value }), `${key}=${value}`).toEqual([key]);
  });

  test("is the worker's word where a connector says nothing", () => {
    expect(sourceConnectorConfig['task.restart.backoff.ms']).toMatchObject({
      default: null,
      group: 'Error Handling',
      docs: expect.stringContaining("The worker's own where it is not given."),
    });
  });

  test('is said under keys that there are', () => {
    expect(connectorProblems('source', { 'task.restart.attempts.poisson': '3' })).toEqual([
      { key: 'task.restart.attempts.poisson', message: expect.stringContaining('attempts.poison,') },
    ]);
  });
});
