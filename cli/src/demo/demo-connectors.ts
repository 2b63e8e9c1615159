import type { EmbeddedPostgres } from './embedded-postgres.ts';
import { COPY_DATABASE, SHOP_DATABASE } from './shop.ts';

type ConnectorConfig = { readonly [key: string]: string };

/** The demo's three connectors: orders out of the shop, into a second database, and into a file. */
export function demoConnectors(
  server: EmbeddedPostgres,
  ordersFile: string,
): ReadonlyMap<string, ConnectorConfig> {
  const database = {
    'database.hostname': server.host,
    'database.port': String(server.port),
    'database.user': server.user,
    'database.password': server.password,
  };
  return new Map<string, ConnectorConfig>([
    [
      'shop-orders',
      {
        'connector.class': 'PostgresSource',
        ...database,
        'database.dbname': SHOP_DATABASE,
        'topic.prefix': 'shop',
        'table.include.list': 'public.orders',
      },
    ],
    [
      'orders-to-copy',
      {
        'connector.class': 'PostgresSink',
        topics: 'shop.public.orders',
        ...database,
        'database.dbname': COPY_DATABASE,
        'table.name.format': '$' + '{schema}.$' + '{table}',
        'auto.create': 'true',
      },
    ],
    [
      'orders-to-file',
      { 'connector.class': 'FileSink', topics: 'shop.public.orders', file: ordersFile, format: 'jsonl' },
    ],
  ]);
}
