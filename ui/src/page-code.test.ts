import { expect, test } from 'vitest';
import { pageCode } from './page-code.ts';

const noPause = async () => undefined;

test('the code of a page that cannot be had now is asked for until it comes', async () => {
  let tries = 0;
  const load = async () => {
    tries += 1;
    if (tries < 4) throw new Error('away');
    return 'page';
  };
  expect(await pageCode(load, noPause)).toBe('page');
  expect(tries).toBe(4);
});

test('code that is gone for good is told at last', async () => {
  await expect(pageCode(() => Promise.reject(new Error('gone')), noPause)).rejects.toThrow('gone');
});
