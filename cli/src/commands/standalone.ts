import { standaloneConfig, standaloneWorker, type Worker } from '@millrace/connect-runtime';
import { createLogger, isMillraceError, MillraceError } from '@millrace/foundation';
import type { StandaloneOptions } from '../command-line.ts';
import { readConfig } from '../config/config-file.ts';
import { type ConnectorFile, readConnectorFile } from '../config/connector-file.ts';
import { workerSettings } from '../config/worker-settings.ts';
import { BUILT_IN_PLUGINS } from '../serve/built-in-plugins.ts';
import { startWorkerServer } from '../serve/worker-server.ts';
import { stopSignal } from '../stop-signal.ts';

/** `millrace standalone`: one worker with the connectors of some files, its offsets in a file, until it is told to stop. */
export async function standalone(options: StandaloneOptions): Promise<number> {
  const logger = createLogger({ level: options.logLevel });
  const given = await readConfig({
    file: options.workerFile,
    overrides: options.overrides,
    environment: process.env,
    definition: standaloneConfig,
  });
  const { config, listen } = workerSettings(standaloneConfig, given);
  const connectors = await Promise.all(options.connectorFiles.map((file) => readConnectorFile(file)));
  const alone = standaloneWorker({ ...given, plugins: [...BUILT_IN_PLUGINS, ...config.plugins] });
  const server = await startWorkerServer({
    config: alone.config,
    standalone: alone.standalone,
    listen,
    listenOption: 'listeners',
    advertised: { host: config['rest.advertised.host.name'], port: config['rest.advertised.port'] },
    about: { command: 'standalone', bootstrapServers: config['bootstrap.servers'] },
    logger,
  });
  try {
    for (const connector of connectors) await create(server.worker, connector);
  } catch (error) {
    await server.close();
    throw error;
  }
  process.stdout.write(`ready  standalone  REST ${server.url}/  UI ${server.url}/ui/\n`);
  await stopSignal();
  await server.close();
  return 0;
}

/** As Kafka Connect: a connector that cannot be made ends the worker, so that nobody takes it for running. */
async function create(worker: Worker, { file, name, config, initialState }: ConnectorFile): Promise<void> {
  try {
    await worker.createConnector(name, config, initialState);
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    throw new MillraceError(`The connector of ${file} could not be made: ${error.message}`, {
      ...error.details,
      cause: error,
    });
  }
}
