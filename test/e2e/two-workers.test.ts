import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { createAdmin, createProducer, createShareConsumer } from '@millrace/client';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  browserUnavailable,
  eventually,
  freePort,
  type MillraceBrokerProcess,
  type MillraceWorker,
  openBrowser,
  type PostgresProcess,
  shoot,
  startMillraceBroker,
  startMillraceWorker,
  startPostgresProcess,
  takePicture,
  unavailable,
} from '../support/index.ts';

const PAGE_TIMEOUT_MS = 120_000;
const GROUP = 'e2e-workers';
const SINK = 'orders-copy';
const TOPIC = 'shop.public.orders';
/** So that locks are seen to end in seconds. */
const SHORT_LOCKS = { 'group.share.min.record.lock.duration.ms': '1000' };
const ALL = ['orders', SINK, 'tides'];
/** Something that each page shows of this stack. */
const SHOWN: Readonly<Record<string, string>> = {
  ...{ Pipelines: SINK, Topics: TOPIC, Groups: `connect-${SINK}`, Plugins: 'TideGaugeSource' },
  ...{ Cluster: '127.0.0.1', Connectors: SINK, Home: SINK },
};
/** Pages about one thing, with something that each shows of it. */
const DETAILS: Readonly<Record<string, readonly [path: string, shown: string]>> = {
  ...{ connector: [`connectors/${SINK}`, TOPIC], tasks: [`connectors/${SINK}/tasks`, '127.0.0.1'] },
  ...{ topic: [`topics/${TOPIC}`, '"pen"'], group: [`groups/connect-${SINK}`, TOPIC] },
  ...{
    'share-group': ['share-groups/crew', 'jobs'],
    plugin: ['plugins/TideGaugeSource', 'Unit of the level.'],
  },
};
/** Longer than the column of the copy. */
const LONG = 'a very long name of an item';

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
  let postgres: PostgresProcess;
  let database: pg.Client;
  let first: MillraceWorker;
  let second: MillraceWorker;
  let firstPort: number;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  const startWorker = (port: number) =>
    startMillraceWorker({
      bootstrapServers: broker.bootstrapServers,
      group: GROUP,
      config: {
        listeners: `http://127.0.0.1:${port}`,
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
    [broker, postgres] = await Promise.all([startMillraceBroker(SHORT_LOCKS), startPostgresProcess()]);
    database = await connect();
    await database.query('CREATE TABLE orders (id int PRIMARY KEY, item text)');
    await database.query('CREATE TABLE copy (id int PRIMARY KEY, item varchar(10))');
    await database.query("INSERT INTO orders VALUES (1, 'pen'), (2, 'ink'), (3, 'paper')");
    firstPort = await freePort();
    first = await startWorker(firstPort);
    browser = await openBrowser();
    page = await newPage();
    await eventually(async () => (await fetch(`${first.url}/ui/`)).ok, {
      ...{ what: 'the page is served', timeoutMs: 120_000 },
    });
    second = await startWorker(await freePort());
    await create('orders', {
      ...{ 'connector.class': 'PostgresSource', ...login(), 'topic.prefix': 'shop' },
      'table.include.list': 'public.orders',
    });
    await create(SINK, {
      ...{ 'connector.class': 'PostgresSink', ...login(), topics: TOPIC, 'table.name.format': 'copy' },
      'consumer.override.auto.offset.reset': 'earliest',
      'errors.deadletterqueue.topic.replication.factor': '1',
      'errors.deadletterqueue.context.headers.enable': 'true',
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
    const name = `gave-up-${task.name.replaceAll(/\W+/g, '-').slice(0, 60)}`;
    await takePicture(page, name);
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

  /** What the frame says while something that is shown is not of now. */
  const bar = (text: RegExp) => page.locator('.lost').getByText(text);

  /** Has the page say so without being loaded anew, and prints how long that took: on a busy machine it means nothing more. */
  async function unloaded(what: string, act: () => Promise<void>, said: () => Promise<void>): Promise<void> {
    await page.evaluate('window.isSamePage = true');
    await act();
    const fromMs = performance.now();
    await said();
    process.stdout.write(`${what}: told after ${Math.round(performance.now() - fromMs)} ms\n`);
    expect(await page.evaluate('window.isSamePage'), 'the page was not loaded anew').toBe(true);
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
    await shoot(page, 'third-party-form');
    await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Create and start', exact: true }).click();
    await state('running').waitFor();
    await goTo('plugins/TideGaugeSource');
    await page.getByText('Reads the water level of a tide gauge.').first().waitFor();
    await page.getByText('Unit of the level.').waitFor();
    await shoot(page, 'third-party-plugin');
  });

  test('a page shows the figures of all workers', async () => {
    await goTo('cluster/workers');
    await page.getByRole('table', { name: 'Workers' }).getByText(new URL(second.url).host).waitFor();
    await goTo('connectors');
    for (const name of ALL)
      await row(name)
        .getByTitle(/^[1-9][\d,]* records$/)
        .waitFor();
    await shoot(page, 'workers-figures');
  });

  test('what a plugin measures of itself is told: how much log its replication slot holds back', async () => {
    await goTo('connectors/orders');
    const facts = page.locator('.facts-list');
    await facts.getByText('Slot lag', { exact: true }).waitFor();
    await facts.getByText('Slot retained', { exact: true }).waitFor();
    await facts
      .getByTitle(/^slot_retained_bytes: \d/)
      .getByText(/\d (?:B|KB|MB)$/)
      .waitFor();
    // The picture of the docs: figures come by the stream, and may be there before what is asked for.
    await page.locator('.graph').getByText('orders-copy').waitFor();
    await page.getByText('Guarantee: at least once').waitFor();
    await page.getByText('As a table').first().waitFor();
    await shoot(page, 'source');
  });

  test('a sink that fails shows on the open first page, with its cause, its record and what helps', async () => {
    await goTo('');
    await row(SINK).getByText('running').waitFor();
    const wrong = page.locator('.wrong-item').filter({ hasText: SINK });
    await unloaded(
      'a sink that fails',
      async () => void (await database.query('INSERT INTO orders VALUES (4, $1)', [LONG])),
      () => wrong.waitFor(),
    );
    await wrong.getByText(/too long/).waitFor();
    await shoot(page, 'home-failed');
    await wrong.getByRole('link', { name: SINK }).click();
    const panel = page.getByRole('region', { name: 'What failed' });
    await panel.getByText(`record of ${TOPIC}, partition 0`).waitFor();
    await panel.getByText(/since \d\d:\d\d/).waitFor();
    await panel.getByText(/This record will never work/).waitFor();
    expect(await panel.textContent(), 'no payload').not.toContain(LONG);
    const trace = panel.locator('pre.trace').first();
    expect(await trace.isVisible(), 'the trace is folded').toBe(false);
    await panel.getByText('Trace', { exact: true }).click();
    await trace.waitFor();
    await shoot(page, 'sink-failed');
    await page
      .locator('.head')
      .getByRole('button', { name: `Restart ${SINK}` })
      .click();
    // A task that takes its time to fail is said to be back first.
    await page
      .locator('.head')
      .getByText(/^(?:Failed again|Restart): /)
      .waitFor();
    await panel.getByRole('link', { name: 'Logs' }).click();
    await page
      .getByRole('log')
      .getByText(/too long|FAILED/)
      .first()
      .waitFor();
    await shoot(page, 'sink-failed-logs');
  });

  test('a sink that stands is behind by what has come since, too', async () => {
    await goTo(`connectors/${SINK}`);
    await state('failed').waitFor();
    const behind = page.getByText(/^\d.* in the worst partition/);
    const before = Number(/(\d+) records? in/.exec((await behind.textContent()) ?? '')?.[1]);
    await database.query("INSERT INTO orders VALUES (6, 'ink'), (7, 'pen')");
    await page.getByText(`${before + 2} records in the worst partition`).waitFor();
  });

  test('the record at fault is one click away, and a config that lets it pass is shown before it is applied', async () => {
    await goTo(`connectors/${SINK}`);
    const panel = page.getByRole('region', { name: 'What failed' });
    await panel.getByRole('link', { name: new RegExp(`record of ${TOPIC}`) }).click();
    await page.locator('.drawer').getByText(`"${LONG}"`).first().waitFor();
    await page.goBack();
    await panel.getByRole('link', { name: 'Let such records pass…' }).click();
    await page.locator('#field-errors\\.tolerance').selectOption('all');
    await page.locator('#field-errors\\.deadletterqueue\\.topic\\.name').fill('orders-dead');
    await state('valid').waitFor();
    await shoot(page, 'change-errors');
    await page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: 'Review' }).click();
    await page.getByRole('row').filter({ hasText: 'errors.tolerance' }).getByText('all').waitFor();
    await page.getByText(/restarts \d+ task/).waitFor();
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await state('running').waitFor();
  });

  test('dead letters stand by cause, are looked at, edited, and sent again: one, then all, each once', async () => {
    await database.query('INSERT INTO orders VALUES (5, $1)', [LONG]);
    await goTo(`connectors/${SINK}/dead-letters`);
    const causes = page.getByRole('table', { name: 'Causes' });
    await causes.getByText(/too long/).waitFor();
    const letters = page.getByRole('table', { name: 'Dead letters' });
    await letters
      .getByText(/too long/)
      .nth(1)
      .waitFor();
    await letters
      .getByText(/too long/)
      .first()
      .click();
    const drawer = page.locator('.drawer');
    await drawer.getByRole('link', { name: new RegExp(`^${TOPIC}, partition 0`) }).waitFor();
    await shoot(page, 'dead-letter');
    await drawer.getByRole('button', { name: 'Edit and send…' }).click();
    const dialog = page.getByRole('dialog').filter({ hasText: 'Send a message' });
    expect(await dialog.locator('#draft-Value').inputValue()).toContain(LONG);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'As CSV' }).click(),
    ]);
    expect(await readAll(await download.createReadStream())).toMatch(/too long/);

    await database.query('ALTER TABLE copy ALTER COLUMN item TYPE text');
    await letters.getByRole('checkbox').first().check();
    await page.getByRole('button', { name: 'Send 1 again…' }).click();
    await page.getByRole('button', { name: 'Send again', exact: true }).click();
    const runs = page.getByRole('list', { name: 'What was sent again' });
    await runs.getByText(/^1 record sent again/).waitFor();
    await causes.getByRole('button', { name: 'Send again…' }).click();
    await page.getByLabel('At most, records per second').fill('50');
    await shoot(page, 'redrive');
    await page.getByRole('button', { name: 'Send again', exact: true }).click();
    await runs.getByText(/^1 record sent again, 1 was sent before/).waitFor();
    await eventually(async () => (await copied()) === 7, {
      ...{ what: 'the fourth and the fifth row too', timeoutMs: PAGE_TIMEOUT_MS },
    });
    await letters.getByText('yes', { exact: true }).nth(1).waitFor();
    await shoot(page, 'redriven');
  });

  test('a config that it had is compared with the one of now, and taken back', async () => {
    await goTo(`connectors/${SINK}/history`);
    const versions = page.getByRole('table', { name: 'Versions of the config' });
    await versions.getByText('current').waitFor();
    await page.getByRole('row').filter({ hasText: 'errors.tolerance' }).first().waitFor();
    await shoot(page, 'history');
    await versions
      .getByRole('row')
      .filter({ hasText: 'created' })
      .getByRole('button', { name: 'Restore…' })
      .click();
    await page.getByRole('dialog').getByText('errors.tolerance').first().waitFor();
    await shoot(page, 'restore');
    await page.getByRole('button', { name: 'Take it back to version 1' }).click();
    await versions.getByText('taken back to version 1').waitFor();
    await goTo(`connectors/${SINK}`);
    await state('running').waitFor();
  });

  test('one act on several connectors tells how many took it', async () => {
    await goTo('connectors');
    await row('tides').waitFor();
    await page.getByLabel('Choose all that are shown').check();
    await page.getByText('3 connectors chosen').waitFor();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('Pause: 3 of 3 taken').waitFor();
    for (const name of ALL) await row(name).getByText('paused').waitFor();
    await shoot(page, 'bulk');
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    for (const name of ALL) await row(name).getByText('running').waitFor();
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
    await page.getByRole('table', { name: 'Partitions' }).getByText('nobody').first().waitFor();
    await shoot(page, 'lag');
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
    const configs = { 'share.auto.offset.reset': 'earliest', 'share.record.lock.duration.ms': '8000' };
    await admin.alterConfigs('group', 'crew', configs);
    await admin.close();
    const producer = createProducer(options);
    const consumer = createShareConsumer({ ...options, groupId: 'crew' });
    consumer.subscribe(['jobs']);
    const polled = (what: string) =>
      eventually(async () => (await consumer.poll(200)).length > 0, { what, timeoutMs: PAGE_TIMEOUT_MS });
    try {
      await consumer.poll(200);
      await goTo('groups?kind=share');
      await page.getByRole('link', { name: 'crew' }).click();
      await state('Stable').waitFor();
      // The page is open before the locks begin: they last seconds.
      await producer.send(
        Array.from({ length: 20 }, () => ({ topic: 'jobs', key: null, value: Buffer.from('x') })),
      );
      await polled('jobs');
      const partition = page.getByRole('table', { name: 'Partitions' }).getByRole('row').nth(1);
      await partition.getByTitle('20 of at most 2,000').waitFor();
      await partition.getByText('once 20').waitFor();
      await page.getByText('locks about to expire in 1 partition').waitFor();
      await shoot(page, 'share-group');
      await partition.getByText('none', { exact: true }).waitFor();
      // The locks have ended: what is polled now was delivered before.
      await polled('the jobs again');
      await partition.getByText('twice 20').waitFor();
    } finally {
      await consumer.close();
      await producer.close();
    }
  });

  test('the kill of another worker is told at once, and its tasks move, in sight', async () => {
    await goTo('connectors');
    for (const name of ALL) await row(name).getByText('running').waitFor();
    const { host } = new URL(second.url);
    await unloaded(
      'the kill of another worker',
      () => second.kill(),
      () => bar(new RegExp(`^Worker ${host} does not answer: .* as of \\d\\d:\\d\\d:\\d\\d$`)).waitFor(),
    );
    await page.getByRole('link', { name: /\d\/3 up/ }).waitFor();
    await shoot(page, 'connectors-worker-silent');
    await page.locator('.lost').waitFor({ state: 'detached' });
    for (const name of ALL) await row(name).getByText('running').waitFor();
    await rowArrives(1_000);
    await goTo('cluster/workers');
    await page.getByRole('table', { name: 'Workers' }).getByText(new URL(first.url).host).waitFor();
    second = await startWorker(await freePort());
    await page.getByRole('table', { name: 'Workers' }).getByText(new URL(second.url).host).waitFor();
  });

  test('the kill of PostgreSQL shows as connectors that are tried again, and passes by itself', async () => {
    await goTo('');
    await row(SINK).getByText('running').waitFor();
    await unloaded(
      'the kill of PostgreSQL',
      () => postgres.kill(),
      () => page.locator('.wrong-item').filter({ hasText: 'orders' }).first().waitFor(),
    );
    const tried = page.locator('.wrong-item').getByText(/next try in \d+ s, the \d+(?:st|nd|rd|th)$/);
    await tried.first().waitFor();
    await shoot(page, 'home-database-killed');
    await postgres.resume();
    database = await connect();
    await page.locator('.wrong-item').first().waitFor({ state: 'detached' });
    for (const name of ['orders', SINK]) await row(name).getByText('running').waitFor();
    await rowArrives(1_001);
  });

  test('the kill of the broker is told at once; what is shown stays, as of then; all goes on when it is back', async () => {
    await goTo(`topics/${TOPIC}`);
    const records = page.locator('table.records');
    await records.getByText('"pen"').first().waitFor();
    await unloaded(
      'the kill of the broker',
      () => broker.kill(),
      () => bar(/^No broker answers the worker\. As of \d\d:\d\d:\d\d, still trying$/).waitFor(),
    );
    await page.getByRole('link', { name: /^[12]\/3 up/ }).waitFor();
    // The reading itself gives up later than that, and takes nothing away then either.
    await page.locator('.seek-status .wrong-text').waitFor();
    await records.getByText('"pen"').first().waitFor();
    await shoot(page, 'topic-broker-killed');
    await broker.resume();
    await page.locator('.lost').waitFor({ state: 'detached' });
    await rowArrives(1_002);
    await records.getByText('1002').first().waitFor();
    expect(await page.evaluate('window.isSamePage'), 'the page was not loaded anew').toBe(true);
    await goTo('connectors');
    for (const name of ALL) await row(name).getByText('running').waitFor();
  });

  test('the kill of the worker that is looked at keeps what every page showed, until it is back', async () => {
    const tour = ['Pipelines', 'Topics', 'Groups', 'Plugins', 'Cluster', 'Connectors', 'Home'];
    const visit = async (title: string) => {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: title }).click();
      await page
        .locator('main')
        .getByText(SHOWN[title] ?? '')
        .first()
        .waitFor();
    };
    /** As a link inside the page leads there. */
    const visitDetail = async ([path, shown]: readonly [string, string]) => {
      const at = JSON.stringify(`/ui/${path}`);
      await page.evaluate(`history.pushState(null, '', ${at}); dispatchEvent(new PopStateEvent('popstate'))`);
      await page.locator('main').getByText(shown).first().waitFor();
    };
    for (const detail of Object.values(DETAILS)) await visitDetail(detail);
    for (const title of tour) await visit(title);
    await unloaded(
      'the kill of the worker that is looked at',
      () => first.kill(),
      () => bar(/^Connection lost\. As of \d\d:\d\d:\d\d, reconnecting$/).waitFor(),
    );
    for (const title of tour) {
      await visit(title);
      await shoot(page, `${title.toLowerCase()}-disconnected`);
    }
    for (const [name, detail] of Object.entries(DETAILS)) {
      await visitDetail(detail);
      await shoot(page, `${name}-disconnected`);
    }
    await visit('Home');
    await row(SINK).waitFor();
    first = await startWorker(firstPort);
    await page.locator('.lost').waitFor({ state: 'detached' });
    for (const name of ALL) await row(name).getByText('running').waitFor();
    expect(await page.evaluate('window.isSamePage'), 'the page was not loaded anew').toBe(true);
    expect(complaints).toEqual([]);
  });

  /** One more row in the source is one more in the copy. */
  async function rowArrives(id: number): Promise<void> {
    await database.query("INSERT INTO orders VALUES ($1, 'pen')", [id]);
    await eventually(
      async () => (await database.query('SELECT 1 FROM copy WHERE id = $1', [id])).rows.length === 1,
      { what: `row ${id} in the copy`, timeoutMs: 2 * PAGE_TIMEOUT_MS },
    );
  }
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
