import { listConnectors, pauseConnector } from '@millrace/rest-api/contract';
import { afterEach, expect, test, vi } from 'vitest';
import { call, explain, urlOf } from './client.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

function answer(status: number, body: string | null): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string, init: { method: string }) => {
    asked.push(`${init.method} ${url}`);
    return new Response(body, { status });
  });
  return asked;
}

const failure = async (work: Promise<unknown>) => explain(await work.catch((error: unknown) => error));

test('names are encoded into the path, queries appended, what is not given left out', () => {
  expect(urlOf('/connectors/:connector/tasks/:task', { connector: 'a/b c', task: 1 }, {})).toBe(
    '/connectors/a%2Fb%20c/tasks/1',
  );
  expect(urlOf('/c', {}, { expand: ['status', 'info'], forward: undefined, x: false })).toBe(
    '/c?expand=status&expand=info&x=false',
  );
});

test('an operation answers its body, or null where there is none', async () => {
  const asked = answer(200, '["a"]');
  expect(await call(listConnectors)).toEqual(['a']);
  expect(asked).toEqual(['GET /connectors']);
  answer(202, '');
  expect(await call(pauseConnector, { params: { connector: 'a' } })).toBeNull();
});

test('a refusal carries the message and the hint of the server', async () => {
  answer(409, JSON.stringify({ error_code: 409, message: 'rebalancing', hint: 'try again' }));
  expect(await failure(call(listConnectors))).toMatchObject({
    message: 'rebalancing',
    hint: 'try again',
    status: 409,
  });
});

test('a refusal of something between, in HTML, is a sentence too', async () => {
  answer(502, '<html>Bad gateway</html>');
  expect(await failure(call(listConnectors))).toMatchObject({
    message: 'The server answered HTTP 502.',
    hint: null,
  });
});

test('silence is a sentence', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  expect(await failure(call(listConnectors))).toMatchObject({
    message: 'The server does not answer.',
    status: 0,
  });
});
