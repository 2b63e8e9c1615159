import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdmin, createConsumer, createProducer } from '@millrace/client';
import { createLogger } from '@millrace/foundation';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  browserUnavailable,
  eventually,
  type Millrace,
  openBrowser,
  shoot,
  startMillrace,
} from '../support/index.ts';

const TOPIC = 'shop.public.orders';
/** What a newcomer is promised: so long after `ready`, orders are everywhere. */
const PROMISE_MS = 10_000;
const PAGE_TIMEOUT_MS = 15_000;
const PIPELINES = ['orders-to-copy', 'orders-to-file', 'shop-orders'];
const logger = createLogger({ level: 'silent' });

let dataDir: string;
let millrace: Millrace;
let readyAtMs: number;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'millrace-demo-test-'));
  // As root, PostgreSQL runs under another account: it must get here.
  chmodSync(dataDir, 0o755);
  millrace = await startMillrace({ demo: true, dataDir });
  readyAtMs = performance.now();
});

afterAll(async () => {
  await millrace?.close();
  if (dataDir) rmSync(dataDir, { recursive: true, force: true });
});

const client = () => ({ bootstrapServers: [millrace.kafka], clientId: 'demo-test', logger });
const left = () => PROMISE_MS - (performance.now() - readyAtMs);

/** A value that the demo wrote beside its database. */
function demoFile(name: string): string {
  const folder = join(dataDir, 'demo');
  const file = [join(folder, 'postgres', name), join(folder, name)].find((path) => existsSync(path));
  return file ? readFileSync(file, 'utf8').trim() : '';
}

async function rows(database: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const connection = new pg.Client({
    host: '127.0.0.1',
    port: Number(demoFile('port')),
    user: 'millrace',
    password: demoFile('password'),
    database,
  });
  connection.on('error', () => undefined);
  await connection.connect();
  try {
    return (await connection.query(sql)).rows;
  } finally {
    await connection.end();
  }
}

interface Order {
  readonly id: number;
  readonly item: string;
  readonly total: string;
}

/** Which orders came, in the order of their first news: a capture that begins before the first sale tells of each step. */
const orderIds = (orders: readonly Order[]): readonly number[] => [...new Set(orders.map(({ id }) => id))];

describe('the demo, within ten seconds after ready', () => {
  test('orders are in the topic', async () => {
    const admin = createAdmin(client());
    await eventually(async () => (await admin.listTopics()).some(({ name }) => name === TOPIC), {
      what: 'the topic',
      timeoutMs: left(),
    });
    await admin.close();
    const consumer = createConsumer(client());
    consumer.assign([{ topic: TOPIC, partition: 0 }]);
    consumer.seek({ topic: TOPIC, partition: 0 }, 0);
    const orders: Order[] = [];
    await eventually(
      async () => {
        for (const { value } of await consumer.poll(100)) orders.push(JSON.parse(String(value)));
        return orderIds(orders).length >= 3;
      },
      { what: 'three orders in the topic', timeoutMs: left() },
    );
    await consumer.close();
    expect(orderIds(orders).slice(0, 3)).toEqual([1, 2, 3]);
    expect(orders[0]).toMatchObject({
      item: expect.any(String),
      total: expect.stringMatching(/^\d+\.\d\d$/),
    });
  });

  test('orders are in the second database, as they are in the first', async () => {
    const copied = await eventually(
      async () => {
        const found = await rows('shop_copy', 'SELECT id, item, total FROM orders ORDER BY id LIMIT 3');
        return found.length === 3 && found;
      },
      { what: 'three orders in the second database', timeoutMs: left() },
    );
    expect(copied).toEqual(await rows('shop', 'SELECT id, item, total FROM orders ORDER BY id LIMIT 3'));
  });

  test('orders are in the file, one JSON document a line', async () => {
    const ids = await eventually(
      () => {
        const whole = readFileSync(join(dataDir, 'demo', 'orders.jsonl'), 'utf8')
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as Order);
        return orderIds(whole).length >= 3 ? orderIds(whole) : null;
      },
      { what: 'three orders in the file', timeoutMs: left() },
    );
    expect(ids?.slice(0, 3)).toEqual([1, 2, 3]);
  });
});

describe.skipIf(browserUnavailable())('the page', () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await openBrowser();
    page = await newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function newPage(): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(PAGE_TIMEOUT_MS);
    return context.newPage();
  }

  const row = (name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
  /** How many records the page says that a pipeline has carried. */
  async function carried(name: string): Promise<number> {
    const exactly = await row(name)
      .getByTitle(/^[\d,]+ records$/)
      .getAttribute('title');
    return Number(exactly?.replace(/\D/g, ''));
  }
  async function countsRise(): Promise<void> {
    const before = new Map<string, number>();
    for (const name of PIPELINES) before.set(name, await carried(name));
    for (const [name, count] of before) {
      await eventually(async () => (await carried(name)) > count, {
        what: `the count of ${name} rises`,
        timeoutMs: PAGE_TIMEOUT_MS,
      });
    }
  }

  test('shows the three pipelines running, and their counts going up', async () => {
    // The first start on a machine builds the page meanwhile.
    await eventually(async () => (await fetch(millrace.ui)).ok, {
      what: 'the page is served',
      timeoutMs: 30_000,
    });
    await page.goto(millrace.ui);
    for (const name of PIPELINES) await row(name).getByText('running').waitFor();
    await countsRise();
    await shoot(page, 'pipelines-busy');
  });

  test('shows a pipeline', async () => {
    await row('shop-orders').getByRole('link', { name: 'shop-orders', exact: true }).click();
    // Three nodes and a topic, with what moves between them.
    await page.locator('.graph').getByText('orders-to-copy').waitFor();
    await page.getByText('at least once', { exact: false }).first().waitFor();
    await shoot(page, 'pipeline');
    await page.getByRole('link', { name: 'Config', exact: true }).click();
    await page.getByText('table.include.list').waitFor();
    expect(await page.content()).not.toContain(demoFile('password'));
    await shoot(page, 'pipeline-config');
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
  });

  test('shows the newest messages of the topic, alive', async () => {
    await page.getByRole('link', { name: TOPIC, exact: true }).first().click();
    const newest = page.locator('tbody tr').first();
    await newest.getByText('"item"').waitFor();
    const before = await newest.textContent();
    await eventually(async () => (await newest.textContent()) !== before, {
      what: 'a newer message',
      timeoutMs: PAGE_TIMEOUT_MS,
    });
    await shoot(page, 'topic-busy');
    await newest.click();
    await page.locator('.drawer').getByText('"quantity"').waitFor();
    await shoot(page, 'message-busy');
    await page.keyboard.press('Escape');
  });

  test('shows why a pipeline failed, and at which record', async () => {
    const producer = createProducer(client());
    await producer.send([{ topic: 'greetings', key: null, value: Buffer.from('hello, not JSON') }]);
    await producer.close();
    const created = await fetch(`${millrace.rest}/connectors`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'greetings-to-file',
        config: {
          'connector.class': 'FileSink',
          topics: 'greetings',
          file: join(dataDir, 'greetings.jsonl'),
        },
      }),
    });
    expect(created.status).toBe(201);
    await page.goto(`${millrace.ui}connectors/greetings-to-file`);
    await page.getByText(/record of greetings, partition 0, offset 0/).waitFor();
    await shoot(page, 'pipeline-failed');
    await page.getByRole('link', { name: 'Home', exact: true }).click();
    await page.locator('.wrong-item').first().waitFor();
    await shoot(page, 'pipelines-failed');
    expect((await fetch(`${millrace.rest}/connectors/greetings-to-file`, { method: 'DELETE' })).status).toBe(
      204,
    );
    await page.locator('.wrong-item').waitFor({ state: 'detached' });
  });

  test('says that the connection is lost, keeps what it shows, and goes on when the server is back', async () => {
    const { kafkaPort, httpPort } = millrace;
    await millrace.close();
    await page.getByText(/Connection lost/).waitFor();
    await row('shop-orders').waitFor();
    await shoot(page, 'pipelines-disconnected');
    millrace = await startMillrace({ demo: true, dataDir, kafkaPort, httpPort });
    await page.getByText(/Connection lost/).waitFor({ state: 'detached' });
    for (const name of PIPELINES) await row(name).getByText('running').waitFor();
    await countsRise();
    expect(complaints).toEqual([]);
  });
});
