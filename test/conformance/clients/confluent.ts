import { join } from 'node:path';
import { CLIENTS_HOME, lineClient } from './line-client.ts';

const environment = join(CLIENTS_HOME, 'python');

/** confluent-kafka for Python: librdkafka again, in the newest version and with another way to poll. */
export const confluent = lineClient({
  name: 'confluent-kafka',
  command: join(environment, 'bin/python'),
  args: [join(import.meta.dirname, 'python/client.py')],
  needs: join(environment, 'ready'),
});
