import { createLogger } from '@millrace/foundation';
import { expect, it } from 'vitest';
import { WarningLimit } from './warning-limit.ts';

it('says the same once a second, whoever says it, and how often it did not', () => {
  let monoMs = 0;
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ level: 'debug', destination });
  const limit = new WarningLimit({ now: () => ({ wallMs: 0, monoMs }) });
  const [one, other] = [limit.on(logger.child({ client: 'a' })), limit.on(logger.child({ client: 'b' }))];
  for (let i = 0; i < 3; i++) one.warn({}, 'too many');
  other.warn({}, 'too many');
  other.warn({}, 'too few');
  one.debug({}, 'all of these');
  one.debug({}, 'all of these');
  monoMs = 1000;
  other.warn({}, 'too many');
  const said = lines.map((line) => JSON.parse(line)).map(({ msg, leftOut }) => [msg, leftOut]);
  expect(said).toEqual([
    ['too many', undefined],
    ['too few', undefined],
    ['all of these', undefined],
    ['all of these', undefined],
    ['too many', 3],
  ]);
});
