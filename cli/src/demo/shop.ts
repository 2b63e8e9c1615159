import type { Logger } from '@millrace/foundation';
import pg from 'pg';
import type { EmbeddedPostgres } from './embedded-postgres.ts';

/** The shop's own database, and the one that its orders are copied to. */
export const SHOP_DATABASE = 'shop';
export const COPY_DATABASE = 'shop_copy';

/** Time between two customers at the counter, ms. */
const ORDER_INTERVAL_MS = 200;
/** Orders older than the newest so many are cleared away, so that the demo stays small however long it runs. */
const ORDERS_KEPT = 2_000;

const TABLES = `
  CREATE TABLE IF NOT EXISTS customers (
    id int PRIMARY KEY,
    name text NOT NULL,
    city text NOT NULL
  );
  CREATE TABLE IF NOT EXISTS orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customers,
    item text NOT NULL,
    quantity int NOT NULL,
    total numeric(10, 2) NOT NULL,
    status text NOT NULL DEFAULT 'new',
    placed_at timestamptz NOT NULL DEFAULT now()
  );`;

const CUSTOMERS: readonly (readonly [name: string, city: string])[] = [
  ['Ada', 'London'],
  ['Grace', 'New York'],
  ['Barbara', 'Los Angeles'],
  ['Edsger', 'Rotterdam'],
  ['Lynn', 'Mount Vernon'],
  ['Leslie', 'New York'],
  ['Radia', 'Portsmouth'],
  ['Jim', 'San Francisco'],
];

const ITEMS: readonly (readonly [item: string, cents: number])[] = [
  ['rye flour, 1 kg', 320],
  ['spelt flour, 1 kg', 480],
  ['oat flakes, 500 g', 190],
  ['millstone, small', 12_900],
  ['bread tin', 2_450],
  ['proofing basket', 1_890],
];

export interface Shop {
  /** No more orders are taken. */
  close(): Promise<void>;
}

/** Makes the databases and tables where they are missing. Safe to do again. */
export async function prepareShop(server: EmbeddedPostgres): Promise<void> {
  await withClient(server, 'postgres', async (client) => {
    for (const database of [SHOP_DATABASE, COPY_DATABASE]) {
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
    }
  });
  await withClient(server, SHOP_DATABASE, async (client) => {
    await client.query(TABLES);
    for (const [index, [name, city]] of CUSTOMERS.entries()) {
      await client.query('INSERT INTO customers VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
        index + 1,
        name,
        city,
      ]);
    }
  });
}

/** Opens the shop: orders are placed, paid and shipped, and old ones cleared away, until it is closed. */
export async function openShop(server: EmbeddedPostgres, logger: Logger): Promise<Shop> {
  const pool = new pg.Pool({ ...connection(server, SHOP_DATABASE), max: 1 });
  pool.on('error', (error) => logger.debug({ err: error }, 'the demo shop lost its connection'));
  let open = true;
  let turn = 0;
  const working = (async () => {
    while (open) {
      try {
        await serveOne(pool, turn++);
      } catch (error) {
        if (open) logger.debug({ err: error }, 'the demo shop could not serve');
      }
      await new Promise((resolve) => setTimeout(resolve, ORDER_INTERVAL_MS));
    }
  })();
  return {
    async close() {
      open = false;
      await working;
      await pool.end();
    },
  };
}

/** One customer: an order is placed, and now and then earlier ones move on. */
async function serveOne(pool: pg.Pool, turn: number): Promise<void> {
  const [item, cents] = ITEMS[(turn * 5 + Math.trunc(turn / 7)) % ITEMS.length] ?? ['rye flour, 1 kg', 320];
  const quantity = 1 + (turn % 4);
  const customer = 1 + ((turn * 3) % CUSTOMERS.length);
  await pool.query('INSERT INTO orders (customer_id, item, quantity, total) VALUES ($1, $2, $3, $4)', [
    customer,
    item,
    quantity,
    ((cents * quantity) / 100).toFixed(2),
  ]);
  if (turn % 3 === 0) await advance(pool, 'new', 'paid');
  if (turn % 5 === 0) await advance(pool, 'paid', 'shipped');
  if (turn % 50 === 0)
    await pool.query('DELETE FROM orders WHERE id <= (SELECT max(id) FROM orders) - $1', [ORDERS_KEPT]);
}

async function advance(pool: pg.Pool, from: string, to: string): Promise<void> {
  const oldest = 'SELECT id FROM orders WHERE status = $1 ORDER BY id LIMIT 2';
  await pool.query(`UPDATE orders SET status = $2 WHERE id IN (${oldest})`, [from, to]);
}

function connection(server: EmbeddedPostgres, database: string): pg.ClientConfig {
  const { host, port, user, password } = server;
  return { host, port, user, password, database, application_name: 'millrace-demo-shop' };
}

async function withClient(
  server: EmbeddedPostgres,
  database: string,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client(connection(server, database));
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
