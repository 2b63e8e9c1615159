import { createConnector, pauseConnector } from '@millrace/rest-api/contract';
import { expect, test } from 'vitest';
import { ask } from './ask.ts';

test('what is asked reads as curl and as a command, quoted for a shell', () => {
  const asked = ask(pauseConnector, { params: { connector: "it's" } });
  expect(asked.curl).toBe(`curl -X PUT '/connectors/it'\\''s/pause'`);
  expect(asked.cli).toBe(`millrace connectors pause 'it'\\''s'`);
});

test('a body goes along as JSON', () => {
  const { curl } = ask(createConnector, { body: { name: 'a', config: { x: '1' } } });
  expect(curl).toContain(`-H 'content-type: application/json'`);
  expect(JSON.parse(/-d '([^']*)'/.exec(curl)?.[1] ?? '')).toEqual({ name: 'a', config: { x: '1' } });
});
