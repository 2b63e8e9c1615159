import { workerConfig } from '@millrace/connect-runtime';
import { createLogger } from '@millrace/foundation';
import type { ServerOptions } from '../command-line.ts';
import { readConfig } from '../config/config-file.ts';
import { workerSettings } from '../config/worker-settings.ts';
import { BUILT_IN_PLUGINS } from '../serve/built-in-plugins.ts';
import { startWorkerServer } from '../serve/worker-server.ts';
import { stopSignal } from '../stop-signal.ts';

/** `millrace worker`: a distributed Connect worker on any Kafka, until it is told to stop. */
export async function worker(options: ServerOptions): Promise<number> {
  const logger = createLogger({ level: options.logLevel });
  const given = await readConfig({
    file: options.configFile,
    overrides: options.overrides,
    environment: process.env,
    definition: workerConfig,
  });
  const { config, listen } = workerSettings(workerConfig, given);
  const advertised = { host: config['rest.advertised.host.name'], port: config['rest.advertised.port'] };
  process.stdout.write(
    `starting  worker of group ${config['group.id']}  Kafka ${config['bootstrap.servers'].join(',')}\n`,
  );
  const server = await startWorkerServer({
    config: { ...given, plugins: [...BUILT_IN_PLUGINS, ...config.plugins] },
    listen,
    listenOption: 'listeners',
    advertised,
    ...(advertised.host ? { allowedHosts: [advertised.host] } : {}),
    about: { command: 'worker', bootstrapServers: config['bootstrap.servers'], groupId: config['group.id'] },
    logger,
  });
  process.stdout.write(`ready  worker  REST ${server.url}/  UI ${server.url}/ui/\n`);
  await stopSignal();
  await server.close();
  return 0;
}
