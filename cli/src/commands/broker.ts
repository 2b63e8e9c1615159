import { brokerConfigKeys, startBroker } from '@millrace/broker';
import { createLogger } from '@millrace/foundation';
import type { ServerOptions } from '../command-line.ts';
import { readConfig } from '../config/config-file.ts';
import { stopSignal } from '../stop-signal.ts';

/** `millrace broker`: one broker, until it is told to stop. */
export async function broker(options: ServerOptions): Promise<number> {
  const logger = createLogger({ level: options.logLevel });
  const config = await readConfig({
    file: options.configFile,
    overrides: options.overrides,
    environment: process.env,
    definition: brokerConfigKeys,
  });
  const running = await startBroker(config, { logger });
  const addresses = [...running.addresses].map(([name, { host, port }]) => `${name}://${host}:${port}`);
  process.stdout.write(`ready  broker ${running.nodeId}  ${addresses.join('  ')}\n`);
  await stopSignal();
  await running.close();
  return 0;
}
