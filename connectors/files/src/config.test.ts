import { parseConfig } from '@millrace/sdk';
import { expect, it } from 'vitest';
import { sourceConfig } from './config.ts';

const errorsOf = (topic: string) => JSON.stringify(parseConfig(sourceConfig, { file: '/f', topic }).problems);

it.each(['no such/topic name', '', '.', '..', 'ä', 'a'.repeat(250)])('the topic %j is refused', (topic) => {
  expect(errorsOf(topic)).toContain('topic');
});

it.each(['a', 'a.b_c-1', '...', 'a'.repeat(249)])('the topic %j is taken', (topic) => {
  expect(errorsOf(topic)).toBe('[]');
});
