import { brokerConfigKeys, type RunningBroker, startBroker } from '@millrace/broker';
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
  process.stdout.write(`ready  ${readyLine(running)}\n`);
  await stopSignal();
  await running.close();
  return 0;
}

/** A controller alone has nothing for clients: where other nodes reach it is told. */
function readyLine({ nodeId, config, addresses, boundAddresses }: RunningBroker): string {
  const told = config.isBroker ? addresses : boundAddresses;
  const list = [...told].map(([name, { host, port }]) => `${name}://${host}:${port}`);
  return [`${config.isBroker ? 'broker' : 'controller'} ${nodeId}`, ...list].join('  ');
}
