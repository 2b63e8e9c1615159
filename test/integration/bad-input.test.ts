import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createProducer } from '@millrace/client';
import { createLogger } from '@millrace/foundation';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ChildOutput,
  endChild,
  eventually,
  freePort,
  type Millrace,
  type Service,
  startMillrace,
  startService,
  unavailable,
} from '../support/index.ts';

const LAUNCHER = fileURLToPath(new URL('../../cli/bin/millrace.mjs', import.meta.url));
const ENDS_WITHIN_MS = 20_000;
const PASSWORD = 'a-pass-word-that-shows';
const WRONG_PASSWORD = 'a-wrong-word-that-shows';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-bad-input-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command until it ends by itself: what it said, and its exit code. */
async function run(
  ...args: string[]
): Promise<{ readonly text: string; readonly code: number | string | null }> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
  });
  const output = new ChildOutput(child);
  try {
    await eventually(() => child.exitCode !== null || child.signalCode !== null, {
      what: `the end of millrace ${args.join(' ')}`,
      timeoutMs: ENDS_WITHIN_MS,
    });
  } finally {
    await endChild(child, 'SIGKILL');
  }
  await eventually(() => child.stdout?.closed !== false && child.stderr?.closed !== false, {
    what: 'its streams end',
  });
  return { text: output.text.trim(), code: child.exitCode ?? child.signalCode };
}

const dev = (dataDir: string, ...args: string[]) =>
  run(
    'dev',
    '--no-demo',
    '--data-dir',
    join(folder, dataDir),
    '--kafka-port',
    '0',
    '--http-port',
    '0',
    ...args,
  );

/** One sentence that says what is wrong, one that says what to do, and nothing else. */
function expectExplained(text: string): void {
  const lines = text.split('\n');
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toMatch(/^["A-Z].*[.)]$/);
  expect(text).not.toMatch(/\n\s+at /);
}

describe('a command line that is wrong ends with 2 and the usage', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['an unknown command', ['frobnicate'], /^There is no command "frobnicate"\./],
    ['an unknown option', ['dev', '--frobnicate'], /^Unknown option '--frobnicate'/],
    [
      'a port that is none',
      ['dev', '--kafka-port', '70000'],
      /^--kafka-port must be a port .*, not "70000"\./,
    ],
    ['--set without a value', ['dev', '--set', 'log.dirs'], /^--set takes KEY=VALUE, not "log\.dirs"\./],
    [
      'an unknown log level',
      ['broker', '--log-level', 'loud'],
      /^--log-level must be one of .*, not "loud"\./,
    ],
  ])('%s', async (_, args, message) => {
    const { text, code } = await run(...args);
    expect(code).toBe(2);
    expect(text).toMatch(message);
    expect(text).toContain('Usage: millrace COMMAND');
  });
});

describe('a config that is wrong ends with 2 and names what is wrong', () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return ['--config', name];
  };
  test.each<[string, () => Promise<{ text: string; code: unknown }>, RegExp]>([
    [
      'a value of the wrong type',
      () => dev('d', '--set', 'log.retention.ms=soon'),
      /^"log\.retention\.ms" must be a whole number\./,
    ],
    [
      'a file that is not there',
      () => run('broker', '--config', 'none.properties'),
      /^The config file none\.properties can't be read/,
    ],
    [
      'JSON that ends too early',
      () => run('broker', ...file('a.json', '{"node.id":')),
      /^The config file a\.json can't be understood/,
    ],
    ['JSON of another kind', () => run('broker', ...file('b.json', '[1]')), /holds no object/],
    [
      'YAML that is none',
      () => run('worker', ...file('c.yaml', 'a: [b')),
      /^The config file c\.yaml can't be understood/,
    ],
    [
      'a number in words',
      () => run('broker', ...file('d.properties', 'node.id=one\nlog.dirs=x')),
      /^"node\.id" must be a whole number/,
    ],
    [
      'a listener without ://',
      () => run('broker', ...file('e.properties', 'node.id=1\nlog.dirs=x\nlisteners=PLAINTEXT//h')),
      /^"listeners" must be NAME:\/\/host:port/,
    ],
    ['a broker without a folder', () => run('broker'), /^"log\.dirs" is required/],
    ['a worker without anything', () => run('worker'), /^"bootstrap\.servers" is required/],
  ])('%s', async (_, start, message) => {
    const { text, code } = await start();
    expect(code).toBe(2);
    expect(text).toMatch(message);
    expectExplained(text);
  });
});

describe('a machine that does not allow it ends with 3 and what to do', () => {
  test('a data folder whose place is taken by a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { text, code } = await dev('file');
    expect(code).toBe(3);
    expect(text).toContain('cannot be written');
    expect(text).toContain('(--data-dir)');
    expectExplained(text);
  });

  test.runIf(process.platform === 'linux')('a folder that can be made by nobody', async () => {
    const { text, code } = await dev('x', '--data-dir', '/proc/millrace');
    expect(code).toBe(3);
    expect(text).toContain('/proc/millrace');
    expectExplained(text);
  });

  test('a folder without the right to write', async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o555);
    // Root may write where the rights say no, but not everywhere.
    const place = process.getuid?.() === 0 ? '/sys' : closed;
    const { text, code } = await dev('x', '--data-dir', join(place, 'millrace'));
    expect(code).toBe(3);
    expect(text).toMatch(/cannot be written: (EACCES|EPERM|EROFS)/);
    expectExplained(text);
  });

  test.each(['--kafka-port', '--http-port'])('a %s that another process has', async (option) => {
    const other: Server = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as { port: number };
    try {
      const { text, code } = await dev(`port${option}`, option, String(port));
      expect(code).toBe(3);
      expect(text).toContain(`${port}`);
      expect(text).toContain(`(${option})`);
      expectExplained(text);
    } finally {
      other.close();
    }
  });

  test('a data folder that another Millrace uses, which goes on', async () => {
    const first = await startMillrace({ dataDir: join(folder, 'shared') });
    try {
      const { text, code } = await dev('shared');
      expect(code).toBe(3);
      expect(text).toContain('in use by another process');
      expectExplained(text);
      expect((await fetch(`${first.rest}/connectors`)).status).toBe(200);
    } finally {
      await first.close();
    }
  });

  test('a data folder of a later version, which is left as it is', async () => {
    const first = await startMillrace({ dataDir: join(folder, 'later') });
    await first.close();
    const meta = join(folder, 'later', 'broker', 'meta.properties');
    const later = readFileSync(meta, 'utf8').replace(/^(millrace\.format\.version)=.*$/m, '$1=99');
    writeFileSync(meta, later);
    const { text, code } = await dev('later');
    expect(code).toBe(2);
    expect(text).toContain('has format 99; this version reads up to 1');
    expectExplained(text);
    expect(readFileSync(meta, 'utf8')).toBe(later);
  });
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: {
    readonly message?: string;
    readonly path?: string;
    readonly code?: string;
    readonly class?: string;
  };
}

interface Failure {
  readonly code: string;
  readonly class: string;
  readonly message: string;
  readonly hint?: string;
  readonly path?: string;
  readonly stage?: string;
  readonly record?: unknown;
}

describe.skipIf(unavailable('postgres'))('over REST', () => {
  let service: Service;
  let millrace: Millrace;
  let admin: pg.Client;
  /** All that was answered, apart from configs given back as they came. */
  const answered: string[] = [];

  beforeAll(async () => {
    [service, millrace] = await Promise.all([startService('postgres'), startMillrace()]);
    admin = new pg.Client(service.url);
    await admin.connect();
    await admin.query(`CREATE ROLE capturer LOGIN SUPERUSER REPLICATION PASSWORD '${PASSWORD}'`);
    await admin.query('CREATE TABLE here (id int PRIMARY KEY, word text)');
  });
  afterAll(async () => {
    await admin?.end();
    await millrace?.close();
    await service?.stop();
  });

  async function ask(method: string, path: string, body?: string): Promise<Answer> {
    const answer = await fetch(millrace.rest + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    answered.push(text);
    return { status: answer.status, text, body: text === '' ? {} : JSON.parse(text) };
  }
  const create = (name: string, config: object) =>
    ask('POST', '/connectors', JSON.stringify({ name, config }));

  /** Makes a connector that is right; the answer holds its config, so it is not looked through for passwords. */
  async function created(name: string, config: object): Promise<void> {
    const { status, text } = await create(name, config);
    answered.pop();
    expect(status, text).toBe(201);
  }

  const source = (more: object = {}) => ({
    'connector.class': 'PostgresSource',
    'database.hostname': '127.0.0.1',
    'database.port': String(service.port),
    'database.user': 'capturer',
    'database.password': PASSWORD,
    'database.dbname': 'postgres',
    'topic.prefix': 'p',
    'table.include.list': 'public.here',
    ...more,
  });
  const sink = (more: object = {}) => ({
    'connector.class': 'FileSink',
    topics: 'words',
    file: join(folder, 'words.jsonl'),
    ...more,
  });

  describe('a connector that is wrong is refused with 400 and its key', () => {
    test.each<[string, string, () => object, RegExp]>([
      ['no class', 'connector.class', () => ({}), /is required/],
      [
        'an unknown class',
        'connector.class',
        () => ({ 'connector.class': 'Nope' }),
        /names no installed connector: Nope/,
      ],
      ['a missing key', 'topic.prefix', () => source({ 'topic.prefix': undefined }), /is required/],
      [
        'a number in words',
        'database.port',
        () => source({ 'database.port': 'many' }),
        /must be a whole number/,
      ],
      ['a number out of range', 'tasks.max', () => source({ 'tasks.max': '0' }), /must be between 1 and/],
      ['a value that is an object', 'tasks.max', () => source({ 'tasks.max': { a: 1 } }), /must be a string/],
      [
        'an unknown converter',
        'value.converter',
        () => source({ 'value.converter': 'Nope' }),
        /no installed converter: Nope.*JsonConverter/,
      ],
      [
        'a wrong password',
        'database.password',
        () => source({ 'database.password': WRONG_PASSWORD }),
        /password authentication failed for user "capturer"/,
      ],
      [
        'an unknown database',
        'database.dbname',
        () => source({ 'database.dbname': 'nope' }),
        /database "nope" does not exist/,
      ],
      [
        'a missing table',
        'table.include.list',
        () => source({ 'table.include.list': 'public.gone' }),
        /public\.gone.*there are public\.here/,
      ],
      [
        'an unknown host',
        'database.hostname',
        () => source({ 'database.hostname': 'no.such.host.invalid' }),
        /no\.such\.host\.invalid/,
      ],
      [
        'a port where nobody listens',
        'database.hostname',
        () => source({ 'database.port': '1' }),
        /ECONNREFUSED 127\.0\.0\.1:1/,
      ],
      ['topics named twice', 'topics.regex', () => sink({ 'topics.regex': 'w.*' }), /exclude each other/],
      ['no topics', 'topics', () => sink({ topics: undefined }), /must say what to read/],
      [
        'a folder that is not there',
        'file',
        () => sink({ file: join(folder, 'none', 'f') }),
        /none does not exist/,
      ],
    ])('%s', async (_, path, config, message) => {
      const { status, body } = await create('wrong', config());
      expect(body).toMatchObject({
        error_code: 400,
        class: 'config',
        path,
        message: expect.stringMatching(message),
      });
      expect(status).toBe(400);
      expect((await ask('GET', '/connectors')).text).not.toContain('"wrong"');
    });

    test('an unknown class lists those that are installed', async () => {
      const { body } = await create('wrong', { 'connector.class': 'Nope' });
      expect(body).toMatchObject({
        code: 'UNKNOWN_CONNECTOR_CLASS',
        hint: expect.stringContaining('PostgresSource'),
      });
    });
  });

  test.each<[string, string, string | undefined, number, RegExp]>([
    ['POST', '/connectors', '{"name":', 400, /not valid JSON/],
    ['POST', '/connectors', '{"config":{"connector.class":"FileSink"}}', 400, /no name/],
    ['POST', '/connectors', '{"name":"a","config":7}', 400, /"config" must be a JSON object/],
    ['GET', '/connectors/none/status', undefined, 404, /No status found for connector none/],
    ['PUT', '/connectors/none/pause', undefined, 404, /Unknown connector none/],
    ['DELETE', '/connectors/none', undefined, 404, /Connector none not found/],
    ['GET', '/nope', undefined, 404, /Not Found/],
  ])('%s %s %s is answered with %d', async (method, path, body, code, message) => {
    const answer = await ask(method, path, body);
    expect(answer.status).toBe(code);
    expect(answer.body).toMatchObject({ error_code: code, message: expect.stringMatching(message) });
  });

  /** What a task failed with, once it has. */
  const failureOf = (connector: string) =>
    eventually<Failure | undefined>(
      async () => {
        const { body } = await ask('GET', `/connectors/${connector}/status`);
        const { tasks } = body as { tasks?: readonly { state: string; error?: Failure }[] };
        return tasks?.[0]?.state === 'FAILED' ? tasks[0].error : undefined;
      },
      { what: `task 0 of ${connector} FAILED`, timeoutMs: 30_000 },
    );
  const running = (connector: string) =>
    eventually(
      async () =>
        /"tasks":\[\{[^}]*"RUNNING"/.test((await ask('GET', `/connectors/${connector}/status`)).text),
      { what: `task 0 of ${connector} RUNNING`, timeoutMs: 30_000 },
    );
  const restart = (connector: string) => ask('POST', `/connectors/${connector}/restart?includeTasks=true`);

  async function write(topic: string, value: string): Promise<void> {
    const logger = createLogger({ level: 'silent' });
    const producer = createProducer({ bootstrapServers: [millrace.kafka], clientId: 'bad-input', logger });
    await producer.send([{ topic, key: null, value: Buffer.from(value) }]);
    await producer.close();
  }

  test('a password that changes while it runs: FAILED, class auth; right again: RUNNING', async () => {
    await created('changing', source({ 'topic.prefix': 'changing' }));
    await running('changing');
    await admin.query(`ALTER ROLE capturer PASSWORD '${WRONG_PASSWORD}'`);
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'capturer'");
    expect(await failureOf('changing')).toMatchObject({
      code: 'POSTGRES_PASSWORD_REFUSED',
      class: 'auth',
      path: 'database.password',
      hint: expect.stringMatching(/password/),
    });
    await admin.query(`ALTER ROLE capturer PASSWORD '${PASSWORD}'`);
    expect((await restart('changing')).status).toBe(202);
    await running('changing');
  });

  test('a table that is dropped: FAILED at the next start, and names the table', async () => {
    await admin.query('CREATE TABLE passing (id int PRIMARY KEY)');
    await created('dropped', source({ 'topic.prefix': 'dropped', 'table.include.list': 'public.passing' }));
    await running('dropped');
    await admin.query('DROP TABLE passing');
    expect((await restart('dropped')).status).toBe(202);
    expect(await failureOf('dropped')).toMatchObject({
      code: 'POSTGRES_TABLE_MISSING',
      class: 'config',
      path: 'table.include.list',
      message: expect.stringContaining('public.passing'),
      hint: expect.any(String),
    });
  });

  test('a folder that is removed under a sink: FAILED, and names the path', async () => {
    mkdirSync(join(folder, 'gone'));
    await write('going', '{"a":1}');
    await created('going', sink({ topics: 'going', file: join(folder, 'gone', 'out') }));
    await eventually(() => readFileSync(join(folder, 'gone', 'out'), 'utf8') === '{"a":1}\n', {
      what: 'the first line',
    });
    rmSync(join(folder, 'gone'), { recursive: true });
    await write('going', '{"a":2}');
    expect(await failureOf('going')).toMatchObject({
      code: 'FILE_NOT_USABLE',
      path: 'file',
      hint: expect.any(String),
    });
    mkdirSync(join(folder, 'gone'));
    await restart('going');
    await eventually(() => readFileSync(join(folder, 'gone', 'out'), 'utf8').endsWith('{"a":2}\n'), {
      what: 'the line that had no place',
      timeoutMs: 20_000,
    });
  });

  test('a record that is no JSON: FAILED, with its place and without its text', async () => {
    await write('words', '{"a":1}');
    await write('words', `a payload with ${PASSWORD}`);
    await created('poisoned', sink());
    expect(await failureOf('poisoned')).toMatchObject({
      code: 'NOT_JSON',
      class: 'poison',
      stage: 'convert',
      record: { topic: 'words', partition: 0, offset: 1 },
      hint: expect.stringContaining('StringConverter'),
    });
  });

  test('after all that it serves, and no password was answered or logged', async () => {
    expect((await fetch(`${millrace.rest}/health`)).status).toBe(200);
    answered.push(
      (await ask('GET', '/api/v1/pipelines')).text,
      (await ask('GET', '/connectors?expand=status')).text,
    );
    expect(answered.length).toBeGreaterThan(30);
    for (const secret of [PASSWORD, WRONG_PASSWORD]) {
      expect(answered.filter((text) => text.includes(secret))).toEqual([]);
      expect(millrace.output.text).not.toContain(secret);
    }
    expect(await millrace.close()).toBe(0);
  });
});

test('a server whose reader has gone goes on', async () => {
  const port = await freePort();
  const args = [
    '--no-demo',
    '--data-dir',
    join(folder, 'unread'),
    '--kafka-port',
    '0',
    '--http-port',
    `${port}`,
  ];
  const child = spawn(process.execPath, [LAUNCHER, 'dev', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const said = text(child.stderr);
  try {
    const answers = () =>
      fetch(`http://127.0.0.1:${port}/`).then(
        ({ ok }) => ok,
        () => false,
      );
    await eventually(answers, { timeoutMs: ENDS_WITHIN_MS, what: 'an answer' });
    // What is said last is said after this.
    await eventually(async () => (await (await fetch(`http://127.0.0.1:${port}/health`)).text()) !== '', {
      what: 'its health',
    });
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  expect({ said: await said, code }).toEqual({ said: '', code: 0 });
});
