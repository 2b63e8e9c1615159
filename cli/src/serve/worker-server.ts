import { createAdmin } from '@millrace/client';
import { storageTopics, Worker, type WorkerPorts } from '@millrace/connect-runtime';
import type { JsonObject, Logger, RawConfig } from '@millrace/foundation';
import { createRestApi } from '@millrace/rest-api';
import { createClusterSurvey } from '../kafka/cluster-survey.ts';
import { createClusterView } from '../kafka/cluster-view.ts';
import { createGroups } from '../kafka/groups.ts';
import { createAvroReader } from '../kafka/messages/avro-reader.ts';
import { createMessages } from '../kafka/messages/messages.ts';
import { createShareGroups } from '../kafka/share-groups.ts';
import { createTopics } from '../kafka/topics.ts';
import { COMMIT, VERSION } from '../version.ts';
import { freePort } from './free-port.ts';
import { type ListenAddress, listenError } from './listen-address.ts';
import { serveUi } from './ui-bundle.ts';

export interface WorkerServerOptions {
  readonly config: RawConfig;
  /** Of a standalone worker; a distributed one where it is not given. */
  readonly standalone?: NonNullable<WorkerPorts['standalone']>;
  readonly listen: ListenAddress;
  /** What to name when the port is taken: `--http-port`, `listeners`. */
  readonly listenOption: string;
  readonly advertised?: { readonly host?: string | null; readonly port?: number | null };
  readonly allowedHosts?: readonly string[];
  readonly about: JsonObject;
  readonly logger: Logger;
}

export interface WorkerServer {
  readonly worker: Worker;
  /** `http://host:port` of the REST API. */
  readonly url: string;
  close(): Promise<void>;
}

/** How long brokers may take to answer what a person waits for, ms. */
const ADMIN_TIMEOUT_MS = 10_000;
/** How long they may take to make or delete what one request names, which may be thousands of partitions, ms. */
const CHANGE_TIMEOUT_MS = 60_000;
/** How long they may take to say that they are there, ms; asked again every second while somebody looks. */
const WATCH_TIMEOUT_MS = 1_000;
/** How long joining may take before it is said that it does, ms. */
const JOIN_QUIET_MS = 10_000;

/** A worker with its REST API and the UI, wired together; resolves when the API answers and takes connectors. */
export async function startWorkerServer(options: WorkerServerOptions): Promise<WorkerServer> {
  const { listen, logger, advertised } = options;
  const port = listen.port === 0 ? await freePort(listen.host) : listen.port;
  const address = { host: listen.host, port };
  const restHost =
    advertised?.host ?? (listen.host === '0.0.0.0' || listen.host === '::' ? '127.0.0.1' : listen.host);
  const restAddress = `${restHost}:${advertised?.port ?? port}`;
  const worker = new Worker(options.config, {
    ...{ logger, restAddress, version: VERSION, commit: COMMIT },
    ...(options.standalone ? { standalone: options.standalone } : {}),
  });
  const bootstrapServers = worker.config['bootstrap.servers'];
  const admin = createAdmin({
    ...{ bootstrapServers, logger, clientId: `millrace-rest-${restAddress}` },
    requestTimeoutMs: ADMIN_TIMEOUT_MS,
  });
  // On a connection of its own: a broker answers in the order in which it was asked.
  const changes = createAdmin({
    ...{ bootstrapServers, logger, clientId: `millrace-changes-${restAddress}` },
    requestTimeoutMs: CHANGE_TIMEOUT_MS,
  });
  // A wait between two tries as long as the whole time: who asks tries again itself.
  const watch = createAdmin({
    ...{ bootstrapServers, logger, clientId: `millrace-watch-${restAddress}` },
    ...{ requestTimeoutMs: WATCH_TIMEOUT_MS, connectionTimeoutMs: WATCH_TIMEOUT_MS },
    ...{ retryBackoffMs: 2 * WATCH_TIMEOUT_MS, retryBackoffMaxMs: 2 * WATCH_TIMEOUT_MS },
  });
  const messages = createMessages({ bootstrapServers, admin, logger, avro: avroReaderOf(options.config) });
  const rest = await createRestApi(
    {
      herder: worker,
      group: worker.group,
      offsets: worker.operations.offsets,
      activeTopics: worker.operations.activeTopics,
      loggers: worker.operations.loggers,
      insight: worker.insight,
      deadLetters: worker.insight.deadLetters,
      monitor: worker,
      topics: createTopics({ admin, changes, own: storageTopics(worker.config) }),
      messages,
      groups: createGroups(admin),
      shareGroups: createShareGroups(admin),
      cluster: createClusterView(admin, watch),
      survey: createClusterSurvey(admin),
      processUse: () => {
        const { userCPUTime, systemCPUTime } = process.resourceUsage();
        return { residentBytes: process.memoryUsage.rss(), cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
      },
      worker: restAddress,
      ui: serveUi(logger),
      about: () => options.about,
    },
    { logger, ...(options.allowedHosts ? { allowedHosts: options.allowedHosts } : {}) },
  );
  try {
    await rest.listen(address);
    await worker.start();
    await joined(worker, logger);
  } catch (error) {
    await rest.close();
    await Promise.all([admin.close(), changes.close(), watch.close()]);
    throw (error as NodeJS.ErrnoException).syscall === 'listen'
      ? listenError(error, address, options.listenOption)
      : error;
  }
  return {
    worker,
    url: `http://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}`,
    async close() {
      // A leader serves what others forward to it for as long as it leads.
      if (worker.health().status === 'healthy') await worker.drain();
      await rest.close();
      await messages.close();
      await worker.close();
      await Promise.all([admin.close(), changes.close(), watch.close()]);
    },
  };
}

/** With the settings of the worker's own converters, where they name a registry. */
function avroReaderOf(config: RawConfig) {
  for (const prefix of ['value.converter.', 'key.converter.']) {
    if (!config[`${prefix}schema.registry.url`]) continue;
    const own = Object.entries(config).filter(([key]) => key.startsWith(prefix));
    return createAvroReader(
      Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), String(value)])),
    );
  }
  return null;
}

/** A worker takes connectors once it is a member of its group, a moment after it has started. */
async function joined(worker: Worker, logger: Logger): Promise<void> {
  let quietUntil = performance.now() + JOIN_QUIET_MS;
  for (;;) {
    const { status, message } = worker.health();
    if (status === 'healthy') return;
    if (performance.now() > quietUntil) {
      logger.warn({ status, reason: message }, 'the worker is not ready yet');
      quietUntil = Number.POSITIVE_INFINITY;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
