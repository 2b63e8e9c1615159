import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin, createProducer, createShareConsumer } from '@millrace/client';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  axeFindings,
  browserUnavailable,
  eventually,
  type MillraceBrokerProcess,
  type MillraceWorker,
  openBrowser,
  type Service,
  startMillraceBroker,
  startMillraceWorker,
  startService,
  unavailable,
} from '../support/index.ts';

const PAGE_TIMEOUT_MS = 60_000;
/** For people to look at; git ignores it. */
const SCREENSHOTS = new URL('screenshots/', import.meta.url).pathname;
const GROUP = 'e2e-workers';
const SINK = 'orders-copy';
const TOPIC = 'shop.public.orders';
/** So that locks are seen to end in seconds. */
const SHORT_LOCKS = { 'group.share.min.record.lock.duration.ms': '1000' };

/** As somebody else would write it: a folder of plain JavaScript, with nothing for the page in it. */
const TIDES = `import { defineConfig, definePlugins, defineSource, matches, pause } from '@millrace/sdk';
export default definePlugins({ name: 'tides', plugins: [defineSource({
  class: 'TideGaugeSource', version: '3.1.4', docs: 'Reads the water level of a tide gauge.',
  config: defineConfig({
    station: { type: 'string', importance: 'high', group: 'Gauge', docs: 'Where the gauge stands.',
      validate: matches(/^[a-z]+$/, 'lower-case letters') },
    token: { type: 'password', default: null, importance: 'high', group: 'Gauge', docs: 'What the gauge asks for.' },
    unit: { type: 'string', default: 'm', importance: 'high', group: 'Records', docs: 'Unit of the level.',
      recommend: ['m', 'ft'] },
    topic: { type: 'string', importance: 'high', group: 'Records', docs: 'The topic of the levels.' },
  }),
  sample: async ({ station, unit, topic }, { limit }) => [1, 2, 3].slice(0, limit).map((level) => ({
    topic, partition: null, key: station, value: { station, unit, level }, headers: [], timestamp: null })),
  taskConfigs: () => [{}],
  createTask: ({ config: { station, unit, topic }, signal }) => {
    let tide = 0;
    return {
      start: async () => {},
      poll: async () => {
        await pause(100, signal);
        tide += 1;
        return [{ topic, partition: null, key: station, value: { station, unit, level: tide }, headers: [],
          timestamp: null, sourcePartition: { station }, sourceOffset: { tide } }];
      },
      stop: async () => {},
    };
  },
})] });
`;

describe.skipIf(browserUnavailable() ?? unavailable('postgres'))('the pages, on two workers', () => {
  let folder: string;
  let broker: MillraceBrokerProcess;
  let postgres: Service;
  let database: pg.Client;
  let first: MillraceWorker;
  let second: MillraceWorker;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  const startWorker = () =>
    startMillraceWorker({
      bootstrapServers: broker.bootstrapServers,
      group: GROUP,
      config: {
        'key.converter': 'JsonConverter',
        'value.converter': 'JsonConverter',
        'plugin.path': join(folder, 'plugins'),
        'secrets.key.file': join(folder, 'secrets.key'),
        'session.timeout.ms': '6000',
        'heartbeat.interval.ms': '500',
        'secrets.storage.replication.factor': '1',
        'offset.flush.interval.ms': '500',
      },
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-two-workers-test-'));
    writePlugin(join(folder, 'plugins', 'tides'));
    writeFileSync(join(folder, 'secrets.key'), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    [broker, postgres] = await Promise.all([startMillraceBroker(SHORT_LOCKS), startService('postgres')]);
    database = await connect();
    await database.query('CREATE TABLE orders (id int PRIMARY KEY, item text)');
    await database.query('CREATE TABLE copy (id int PRIMARY KEY, item text)');
    await database.query("INSERT INTO orders VALUES (1, 'pen'), (2, 'ink'), (3, 'paper')");
    first = await startWorker();
    browser = await openBrowser();
    page = await newPage();
    await eventually(async () => (await fetch(`${first.url}/ui/`)).ok, {
      ...{ what: 'the page is served', timeoutMs: 120_000 },
    });
    second = await startWorker();
    await create('orders', {
      ...{ 'connector.class': 'PostgresSource', ...login(), 'topic.prefix': 'shop' },
      'table.include.list': 'public.orders',
    });
    await create(SINK, {
      ...{ 'connector.class': 'PostgresSink', ...login(), topics: TOPIC, 'table.name.format': 'copy' },
      'consumer.override.auto.offset.reset': 'earliest',
    });
    await eventually(async () => (await copied()) === 3, { what: 'three rows', timeoutMs: 120_000 });
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await database?.end().catch(() => undefined);
    await Promise.all([first?.close(), second?.close()]);
    await Promise.all([broker?.stop(), postgres?.stop()]);
    if (folder) rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  /** How the page looked when a test gave up. */
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const name = `gave-up-${task.name.replaceAll(/\W+/g, '-').slice(0, 60)}.png`;
    await page.screenshot({ path: join(SCREENSHOTS, name) });
  });

  const login = () => ({
    ...{ 'database.hostname': '127.0.0.1', 'database.port': String(postgres.port) },
    ...{ 'database.user': 'postgres', 'database.password': 'postgres', 'database.dbname': 'postgres' },
  });

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client(postgres.url);
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  const copied = async () => Number((await database.query('SELECT count(*) FROM copy')).rows[0]?.count);

  async function create(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    await eventually(
      async () => {
        const response = await fetch(`${first.url}/connectors/${name}/config`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(config),
        });
        if (!response.ok) throw new Error(await response.text());
        return true;
      },
      { what: `${name} is created`, timeoutMs: PAGE_TIMEOUT_MS },
    );
  }

  async function newPage(): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1360, height: 820 } });
    context.setDefaultTimeout(PAGE_TIMEOUT_MS);
    const opened = await context.newPage();
    opened.on('pageerror', (error) => complaints.push(String(error)));
    return opened;
  }

  const goTo = (path: string) => page.goto(`${first.url}/ui/${path}`);
  const state = (word: string) => page.locator('.head').getByText(word, { exact: true });
  const row = (name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

  /** Of both themes, each of which everybody can use. */
  async function shoot(name: string): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({
        path: join(SCREENSHOTS, `${name}-${colorScheme}.png`),
        animations: 'disabled',
      });
      expect(await axeFindings(page), `${name}, ${colorScheme}`).toEqual([]);
    }
  }

  test('a connector that nobody here knows gets a form, docs and a preview', async () => {
    await goTo('create?filter=tide');
    await page.getByRole('link', { name: /source/ }).click();
    await page.getByText('Where the gauge stands.').waitFor();
    await page.locator('legend').filter({ hasText: 'Gauge' }).waitFor();
    expect(await page.locator('#field-token').getAttribute('type')).toBe('password');
    expect(await page.locator('#field-unit option').allTextContents()).toEqual(
      expect.arrayContaining(['ft']),
    );
    await page.getByLabel('Name of the connector').fill('tides');
    await page.locator('#field-station').fill('Ostend 1');
    await page.getByText('lower-case letters').first().waitFor();
    await page.locator('#field-station').fill('ostend');
    await page.locator('#field-topic').fill('tides');
    await state('valid').waitFor();
    const live = page.getByRole('complementary', { name: 'What it will do' });
    await live.getByText('"ostend"').first().waitFor();
    await live.getByText('makes the topic').waitFor();
    await shoot('third-party-form');
    await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Create and start', exact: true }).click();
    await state('running').waitFor();
    await goTo('plugins/TideGaugeSource');
    await page.getByText('Reads the water level of a tide gauge.').first().waitFor();
    await page.getByText('Unit of the level.').waitFor();
    await shoot('third-party-plugin');
  });

  test('a page shows the figures of all workers', async () => {
    await goTo('cluster/workers');
    await page.getByRole('table', { name: 'Workers' }).getByText(new URL(second.url).host).waitFor();
    await goTo('connectors');
    for (const name of ['orders', SINK, 'tides'])
      await row(name)
        .getByTitle(/^[1-9][\d,]* records$/)
        .waitFor();
    await shoot('workers-figures');
  });

  test('one act on several connectors tells how many took it', async () => {
    await goTo('connectors');
    await row('tides').waitFor();
    await page.getByLabel('Choose all that are shown').check();
    await page.getByText('3 connectors chosen').waitFor();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('Pause: 3 of 3 taken').waitFor();
    for (const name of ['orders', SINK, 'tides']) await row(name).getByText('paused').waitFor();
    await shoot('bulk');
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    for (const name of ['orders', SINK, 'tides']) await row(name).getByText('running').waitFor();
  });

  test('lag is told by group and partition, in records, and falls to nothing', async () => {
    await goTo(`connectors/${SINK}`);
    await page.getByRole('button', { name: `Stop ${SINK}` }).click();
    await page.getByRole('button', { name: 'Click again to stop' }).click();
    await state('stopped').waitFor();
    await database.query("INSERT INTO orders SELECT n, 'pen' FROM generate_series(100, 599) AS n");
    await goTo(`groups/connect-${SINK}`);
    const behind = (text: string) => page.locator('.head').getByTitle(new RegExp(`^${text} records`));
    await behind('500').waitFor();
    await page.getByRole('table', { name: 'Partitions' }).getByText('nobody').waitFor();
    await shoot('lag');
    await goTo(`connectors/${SINK}`);
    await page.getByRole('button', { name: `Start ${SINK}` }).click();
    await page.getByText('nothing: all that is there was read').waitFor();
    await page.getByText('Busy in put').waitFor();
    await goTo(`groups/connect-${SINK}`);
    await behind('0').waitFor();
  });

  test('a share group shows what is in flight, how often it was delivered, and locks about to expire', async () => {
    const options = { bootstrapServers: broker.bootstrapServers };
    const admin = createAdmin(options);
    await admin.createTopics([{ name: 'jobs', partitions: 1 }]);
    const configs = { 'share.auto.offset.reset': 'earliest', 'share.record.lock.duration.ms': '6000' };
    await admin.alterConfigs('group', 'crew', configs);
    await admin.close();
    const producer = createProducer(options);
    await producer.send(
      Array.from({ length: 20 }, () => ({ topic: 'jobs', key: null, value: Buffer.from('x') })),
    );
    await producer.close();
    const consumer = createShareConsumer({ ...options, groupId: 'crew' });
    consumer.subscribe(['jobs']);
    try {
      await eventually(async () => (await consumer.poll(200)).length > 0, {
        what: 'jobs',
        timeoutMs: PAGE_TIMEOUT_MS,
      });
      await goTo('groups?kind=share');
      await page.getByRole('link', { name: 'crew' }).click();
      const partition = page.getByRole('table', { name: 'Partitions' }).getByRole('row').nth(1);
      await partition.getByTitle('20 of at most 2,000').waitFor();
      await partition.getByText('once 20').waitFor();
      await shoot('share-group');
      await page.getByText('locks about to expire in 1 partition').waitFor();
      await shoot('share-group-late');
      await partition.getByText('none', { exact: true }).waitFor();
      // The locks have ended: what is polled now was delivered before.
      await eventually(async () => (await consumer.poll(200)).length > 0, {
        ...{ what: 'the jobs again', timeoutMs: PAGE_TIMEOUT_MS },
      });
      await partition.getByText('twice 20').waitFor();
    } finally {
      await consumer.close();
    }
  });

  test('the kill of a worker moves its tasks, in sight', async () => {
    await goTo('cluster/workers');
    const workers = page.getByRole('table', { name: 'Workers' });
    const host = new URL(second.url).host;
    await workers.getByText(host).waitFor();
    process.kill(second.pid, 'SIGKILL');
    await workers.getByText(host).waitFor({ state: 'detached' });
    await goTo('connectors');
    for (const name of ['orders', SINK, 'tides']) await row(name).getByText('running').waitFor();
    const before = await copied();
    await database.query("INSERT INTO orders VALUES (1000, 'pen')");
    await eventually(async () => (await copied()) === before + 1, {
      ...{ what: 'a row after the kill', timeoutMs: PAGE_TIMEOUT_MS },
    });
    expect(complaints).toEqual([]);
  });
});

function writePlugin(at: string): void {
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, 'index.js'), TIDES);
  const manifest = {
    name: 'tides',
    version: '3.1.4',
    type: 'module',
    main: 'index.js',
    millrace: { sdk: '1' },
  };
  writeFileSync(join(at, 'package.json'), JSON.stringify(manifest));
}
