import { expect, it } from 'vitest';
import { connectionsWithin, openFilesLimit } from './open-files-limit.ts';

it('leaves files to the logs, and half of all to clients where there are few', () => {
  expect(connectionsWithin(1_000_000, 2048)).toBe(997_696);
  expect(connectionsWithin(1024, 2048)).toBe(512);
  expect(connectionsWithin(Number.POSITIVE_INFINITY, 2048)).toBe(Number.POSITIVE_INFINITY);
});

it('knows of this process', () => {
  expect(openFilesLimit()).toBeGreaterThan(0);
});
