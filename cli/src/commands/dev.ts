import { join, resolve } from 'node:path';
import { startBroker } from '@millrace/broker';
import { ensureKeyFile, workerConfig } from '@millrace/connect-runtime';
import {
  createLogger,
  defineConfig,
  isMillraceError,
  type Logger,
  MillraceError,
  type RawConfig,
  requireConfig,
} from '@millrace/foundation';
import { readClusterFile } from '../cluster/cluster-file.ts';
import { type LocalCluster, startLocalCluster } from '../cluster/local-cluster.ts';
import type { DevOptions } from '../command-line.ts';
import { BUILT_IN_PLUGINS } from '../serve/built-in-plugins.ts';
import { startWorkerServer, type WorkerServer } from '../serve/worker-server.ts';
import { stopSignal } from '../stop-signal.ts';

const HOST = '127.0.0.1';
/** The keys of the worker that `--set` reaches; all others are the broker's. */
const WORKER_KEYS = defineConfig({
  plugins: workerConfig.plugins,
  'plugin.path': workerConfig['plugin.path'],
});

/** `millrace dev`: everything in one process on loopback, with the demo shop. */
export async function dev(options: DevOptions): Promise<number> {
  const logger = createLogger({ level: options.logLevel });
  const dataDir = resolve(options.dataDir);
  const stop = stopSignal();
  const broker = await startBrokers(dataDir, options, logger);
  const kafka = broker.addresses;
  const secretKeys = join(dataDir, 'secrets.key');
  let server: WorkerServer;
  try {
    await ensureKeyFile(secretKeys);
    server = await startWorkerServer({
      config: workerKeys(kafka, secretKeys, options),
      listen: { host: HOST, port: options.httpPort },
      listenOption: '--http-port',
      about: { command: 'dev', bootstrapServers: kafka, dataDir },
      logger,
    });
  } catch (error) {
    await broker.close();
    throw error;
  }
  process.stdout.write(`ready  Kafka ${kafka.join(',')}  REST ${server.url}/  UI ${server.url}/ui/\n`);
  const stopping = new AbortController();
  const starting = options.demo ? startDemoOrSay(dataDir, server, stopping.signal, logger) : null;
  await stop;
  process.stdout.write('stopping\n');
  stopping.abort();
  const demo = await starting;
  await demo?.pause();
  await server.close();
  await demo?.close();
  await broker.close();
  return 0;
}

/** One broker in this process, or several as children. */
async function startBrokers(dataDir: string, options: DevOptions, logger: Logger): Promise<LocalCluster> {
  const brokers = options.brokers ?? readClusterFile(dataDir)?.nodes.length ?? 1;
  if (brokers > 1) {
    const say = (line: string) => void process.stdout.write(`${line}\n`);
    const overrides = options.overrides.filter(([key]) => !Object.hasOwn(WORKER_KEYS, key));
    return await startLocalCluster({ ...options, dataDir, brokers, overrides, say });
  }
  const broker = await startBroker(brokerKeys(dataDir, options), { logger }).catch((error: unknown) => {
    throw inOptions(error);
  });
  const addresses = [...broker.addresses.values()].map(({ host, port }) => `${host}:${port}`);
  return { addresses, close: () => broker.close() };
}

/** A newcomer's first start must not fail for want of the demo: what stands in its way is said, and the rest goes on. */
async function startDemoOrSay(dataDir: string, server: WorkerServer, signal: AbortSignal, logger: Logger) {
  const { startDemo } = await import('../demo/demo.ts');
  try {
    return await startDemo({
      dataDir,
      worker: server.worker,
      signal,
      logger,
      say: (line) => process.stdout.write(`${line}\n`),
    });
  } catch (error) {
    if (signal.aborted) return null;
    const reason = error instanceof Error ? error.message : String(error);
    process.stdout.write(`demo   not running: ${reason}\n`);
    logger.debug({ err: error }, 'the demo did not start');
    return null;
  }
}

/** Whoever runs `dev` gave an option, not the broker's key that it became. */
const OPTION_OF: ReadonlyMap<string | undefined, string> = new Map([
  ['log.dirs', '--data-dir'],
  ['listeners', '--kafka-port'],
]);

function inOptions(error: unknown): unknown {
  const path = isMillraceError(error) ? OPTION_OF.get(error.details.path) : undefined;
  return isMillraceError(error) && path
    ? new MillraceError(error.message, { ...error.details, path })
    : error;
}

function brokerKeys(dataDir: string, options: DevOptions): RawConfig {
  return {
    'node.id': '1',
    'process.roles': 'broker,controller',
    listeners: `PLAINTEXT://${HOST}:${options.kafkaPort}`,
    'log.dirs': `${dataDir}/broker`,
    'offsets.topic.num.partitions': '8',
    'group.initial.rebalance.delay.ms': '0',
    ...Object.fromEntries(options.overrides.filter(([key]) => !Object.hasOwn(WORKER_KEYS, key))),
  };
}

function workerKeys(bootstrapServers: readonly string[], secretKeys: string, options: DevOptions): RawConfig {
  const given = requireConfig(WORKER_KEYS, Object.fromEntries(options.overrides));
  return {
    'bootstrap.servers': bootstrapServers.join(','),
    'group.id': 'millrace-dev',
    'group.instance.id': 'millrace-dev',
    'config.storage.topic': 'connect-configs',
    'offset.storage.topic': 'connect-offsets',
    'status.storage.topic': 'connect-status',
    'config.storage.replication.factor': '-1',
    'offset.storage.replication.factor': '-1',
    'offset.storage.partitions': '5',
    'status.storage.replication.factor': '-1',
    'secrets.key.file': secretKeys,
    'secrets.storage.topic': 'connect-secrets',
    'secrets.storage.replication.factor': '-1',
    'key.converter': 'JsonConverter',
    'key.converter.schemas.enable': 'false',
    'value.converter': 'JsonConverter',
    'value.converter.schemas.enable': 'false',
    'offset.flush.interval.ms': '1000',
    plugins: [...BUILT_IN_PLUGINS, ...given.plugins],
    'plugin.path':
      given['plugin.path'].length > 0 ? given['plugin.path'] : [join(options.dataDir, 'plugins')],
  };
}
