import { expect, test } from 'vitest';
import { payloadOf } from './connect-envelope.ts';

const schema = '{"type":"struct","fields":[{"field":"a}\\"","type":"int64"}]}';

test.each([
  [`{"schema":${schema},"payload":{"id":42,"of":[1,{"b":"}"}]}}`, '{"id":42,"of":[1,{"b":"}"}]}'],
  [`{"schema":${schema},"payload":9007199254740993}`, '9007199254740993'],
  [`{"schema":${schema},"payload":"a \\"word\\""}`, '"a \\"word\\""'],
  [`{"schema":null,"payload":null}`, 'null'],
  [`{"schema":${schema},"payload":{"id":42,"cut`, '{"id":42,"cut'],
  [`{"schema":${schema},"payload":"cut`, '"cut'],
  ['{"schema":{"cut', null],
  ['{"schema":1,"other":2}', null],
  [`{"schema":1,"payload":2,"more":3}`, null],
  ['{"id":1}', null],
  ['', null],
])('%s has the payload %s', (text, payload) => {
  expect(payloadOf(text)).toBe(payload);
});
