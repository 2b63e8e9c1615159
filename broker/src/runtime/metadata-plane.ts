import { isIP } from 'node:net';
import {
  type Clock,
  type Logger,
  MillraceError,
  type Random,
  type Timers,
  type Uuid,
  ZERO_UUID,
} from '@millrace/foundation';
import type { ControllerRules } from '../core/controller/decision.ts';
import { bootstrapFeatures } from '../core/controller/features.ts';
import type { BrokerEndpoint } from '../core/metadata/image.ts';
import type { Voter } from '../core/quorum/election.ts';
import type { StorageEngine } from '../storage/log.ts';
import type { BrokerConfig } from './broker-config.ts';
import { BrokerLifecycle } from './broker-lifecycle.ts';
import { controllerAccess } from './controller-access.ts';
import { ControllerClient } from './controller-client.ts';
import type { ControllerPeers } from './controller-peers.ts';
import { ControllerRuntime } from './controller-runtime.ts';
import type { MetadataFolder } from './metadata-folder.ts';
import { type ImageListener, MetadataLoader } from './metadata-loader.ts';
import { MetadataQuorum } from './metadata-quorum.ts';
import { writeSnapshot } from './metadata-snapshot.ts';
import { pause } from './pause.ts';
import type { QuorumPeers } from './quorum-peers.ts';
import { quorumState } from './quorum-state.ts';
import { defaultConfigText, isListConfig, resourceConfigProblem } from './resource-config-rules.ts';
import type {
  ClusterAccess,
  ControllerAccess,
  Forwarding,
  MetadataAccess,
  QuorumAccess,
} from './services.ts';
import { topicText } from './topic-config.ts';

export type { ImageListener } from './metadata-loader.ts';

export interface MetadataPlaneOptions {
  readonly storage: StorageEngine;
  /** Beside the log of `__cluster_metadata-0`: `fileMetadataFolder(path)` or `memoryMetadataFolder()`. */
  readonly folder: MetadataFolder;
  readonly config: BrokerConfig;
  readonly clusterId: string;
  /** The id of this node's log folder (`directory.id` of meta.properties). */
  readonly directoryId: Uuid;
  /** Where clients reach this broker; the sockets must be bound already, so that ports are known. */
  readonly endpoints: readonly BrokerEndpoint[];
  readonly quorumPeers: QuorumPeers;
  readonly controllerPeers: ControllerPeers;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

/** The quorum, the controller and the image of this node. */
export interface MetadataPlane {
  readonly clusterId: string;
  readonly metadata: MetadataAccess;
  readonly quorum: QuorumAccess;
  readonly controller: ControllerAccess;
  readonly cluster: ClusterAccess;
  readonly forwarding: Forwarding;
  /** What an operator should look after, in sentences. */
  readonly problems: readonly string[];
  /** Resolves when this node takes part in the quorum: what other nodes of it ask is answered from then on. */
  open(): Promise<void>;
  /**
   * Resolves when this broker is registered, unfenced, and knows of it; of a controller alone, when it knows who leads.
   * @throws {MillraceError} QUORUM_STATE_CORRUPT, METADATA_SNAPSHOT_CORRUPT, METADATA_RECORD_UNKNOWN, METADATA_LOG_FAILED,
   *   BROKER_REGISTRATION_REFUSED
   */
  start(): Promise<void>;
  /** Listeners added before `start` see every published image; the first `previous` is the empty one. */
  onImage(listener: ImageListener): void;
  /** Hands over what this broker leads to others, where there are any. */
  shutDown(): Promise<void>;
  close(): Promise<void>;
}

const SEEN_INTERVAL_MS = 5;
const SEEN_TRIES = 1_000;

/** Nothing is opened before `open`. */
export function createMetadataPlane(options: MetadataPlaneOptions): MetadataPlane {
  return new RunningMetadataPlane(options);
}

interface Parts {
  readonly quorum: MetadataQuorum;
  readonly loader: MetadataLoader;
  readonly runtime: ControllerRuntime;
}

class RunningMetadataPlane implements MetadataPlane {
  readonly clusterId: string;
  readonly metadata: MetadataAccess;
  readonly quorum: QuorumAccess;
  readonly controller: ControllerAccess;
  readonly cluster: ClusterAccess;
  readonly forwarding: Forwarding;
  readonly #options: MetadataPlaneOptions;
  readonly #listeners: ImageListener[] = [];
  readonly #client: ControllerClient;
  readonly #closing = new AbortController();
  readonly #incarnationId: Uuid;
  readonly #failed = Promise.withResolvers<never>();
  readonly #led = Promise.withResolvers<void>();
  #parts: Parts | undefined;
  #lifecycle: BrokerLifecycle | undefined;
  #snapshotting: Promise<void> | undefined;
  #failure: MillraceError | undefined;
  #snapshotFailure: unknown;

  constructor(options: MetadataPlaneOptions) {
    const { config, controllerPeers: peers } = options;
    this.#options = options;
    this.clusterId = options.clusterId;
    this.#incarnationId = options.random.uuid();
    this.#failed.promise.catch(() => undefined);
    this.metadata = { image: () => this.#opened().loader.image };
    this.quorum = {
      state: () =>
        quorumState(this.#opened().quorum, this.#voters(), config.quorumVoters, options.clock.now()),
      endpointOf: (nodeId) => this.#opened().quorum.endpointOf(nodeId),
      vote: (request, addressee) => this.#opened().quorum.vote(request, addressee),
      beginEpoch: (begun) => this.#opened().quorum.beginEpoch(begun),
      endEpoch: (leaderId, epoch, candidates) => this.#opened().quorum.endEpoch(leaderId, epoch, candidates),
      fetch: (request, signal) => this.#opened().quorum.fetch(request, signal),
      fetchSnapshot: (request) => this.#opened().quorum.fetchSnapshot(request),
    };
    this.controller = controllerAccess({
      runtime: () => this.#opened().runtime,
      sessionMs: config.values['broker.session.timeout.ms'],
      clock: options.clock,
    });
    const isActiveHere = () => this.#parts?.runtime.isActive === true;
    this.#client = new ControllerClient({
      ...options,
      peers,
      local: this.controller,
      isActiveHere,
      endpoint: () => this.#controllerEndpoint(),
      signal: this.#closing.signal,
    });
    this.forwarding = {
      get isActiveHere() {
        return isActiveHere();
      },
      forward: (request) => this.#client.forward(request),
    };
    this.cluster = this.#clusterAccess();
  }

  get problems(): readonly string[] {
    const problems: string[] = [];
    if (this.#failure !== undefined) {
      const { message, hint } = this.#failure.report();
      problems.push(
        `This node follows and decides no changes of metadata any more. ${message} ${hint ?? ''}`.trim(),
      );
    }
    if (this.#snapshotFailure !== undefined)
      problems.push(
        `The metadata log grows: its snapshot cannot be written (${textOf(this.#snapshotFailure)}).`,
      );
    return problems;
  }

  onImage(listener: ImageListener): void {
    this.#listeners.push(listener);
    this.#parts?.loader.onImage(listener);
  }

  async open(): Promise<void> {
    const { config, clock, logger } = this.#options;
    const { values } = config;
    const quorum = await MetadataQuorum.open({
      ...this.#options,
      peers: this.#options.quorumPeers,
      nodeId: config.nodeId,
      voters: this.#voters(),
      endpoints: config.quorumVoters,
      bootstrap: config.quorumBootstrap,
      segmentBytes: values['metadata.log.segment.bytes'],
      electionTimeoutMs: values['controller.quorum.election.timeout.ms'],
      fetchTimeoutMs: values['controller.quorum.fetch.timeout.ms'],
      onCommitted: () => {
        this.#parts?.runtime.committed();
        loader.committed();
      },
      onLeadership: () => this.#leadership(),
      onSnapshot: () => loader.beginAnew(),
      onFailed: (error) => this.#fail(error),
    });
    const loader = new MetadataLoader({
      ...this.#options,
      quorum,
      isShown: (image) =>
        !config.isBroker || image.brokers.get(config.nodeId)?.incarnationId === this.#incarnationId,
      onLoaded: () => {
        this.#parts?.runtime.follow();
        this.#snapshotWhereDue();
      },
      onFailed: (error) => this.#fail(error),
    });
    for (const listener of this.#listeners) loader.onImage(listener);
    const runtime = new ControllerRuntime({
      ...this.#options,
      quorum,
      loader,
      rules: rulesOf(config),
      nodeId: config.nodeId,
      isThere: (endpoint) => this.#options.controllerPeers.isThere(endpoint),
      sessionMs: values['broker.session.timeout.ms'],
      leaderBalanceMs: values['auto.leader.rebalance.enable']
        ? values['leader.imbalance.check.interval.seconds'] * 1000
        : null,
      onActive: () => this.#active(runtime),
    });
    this.#parts = { quorum, loader, runtime };
    loader.beginAnew();
    await quorum.start();
    logger.debug(
      { nodeId: config.nodeId, epoch: quorum.epoch, monoMs: clock.now().monoMs },
      'joins the quorum',
    );
  }

  async start(): Promise<void> {
    const { config, directoryId, storage } = this.#options;
    if (this.#parts === undefined) await this.open();
    const { loader } = this.#opened();
    if (!config.isBroker) return await Promise.race([this.#led.promise, this.#failed.promise]);
    this.#lifecycle = new BrokerLifecycle({
      ...this.#options,
      brokerId: config.nodeId,
      incarnationId: this.#incarnationId,
      rack: config.values['broker.rack'],
      directoryId,
      previousEpoch: storage.previousBrokerEpoch ?? -1,
      heartbeatIntervalMs: config.values['broker.heartbeat.interval.ms'],
      sessionMs: config.values['broker.session.timeout.ms'],
      controller: this.#client,
      loader,
    });
    const started = this.#lifecycle.start();
    started.catch(() => undefined);
    await Promise.race([started, this.#failed.promise]);
  }

  async shutDown(): Promise<void> {
    await this.#lifecycle?.shutDown();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#lifecycle?.close();
    await this.#snapshotting;
    const parts = this.#parts;
    if (!parts) return;
    parts.runtime.fail(stopping());
    // Others need not wait for a timeout.
    await parts.quorum.resign().catch(() => undefined);
    await parts.quorum.close();
    await parts.loader.close();
  }

  #voters(): readonly Voter[] {
    const { config, directoryId } = this.#options;
    return [...config.quorumVoters.keys()].map((id) => ({
      id,
      directoryId: id === config.nodeId ? directoryId : ZERO_UUID,
    }));
  }

  #clusterAccess(): ClusterAccess {
    const client = this.#client;
    const brokerId = this.#options.config.nodeId;
    const epochOf = () => this.#lifecycle?.epoch ?? -1;
    const isHeard = () => this.#lifecycle?.isHeard === true;
    return {
      createTopics: async (command) => {
        const results = await client.createTopics(command);
        await this.#seen(
          results.flatMap(({ name, error }) => (error === null && !command.validateOnly ? [name] : [])),
        );
        return results;
      },
      allocateProducerIds: () => client.allocateProducerIds({ brokerId, epoch: epochOf() }),
      alterPartitions: (partitions) => client.alterPartitions({ brokerId, epoch: epochOf(), partitions }),
      get brokerEpoch() {
        return epochOf();
      },
      get isHeard() {
        return isHeard();
      },
    };
  }

  /** What another node has made arrives here a little later. */
  async #seen(topics: readonly string[]): Promise<void> {
    const { timers } = this.#options;
    const isThere = () => topics.every((name) => this.metadata.image().topicsByName.has(name));
    for (let tries = 0; tries < SEEN_TRIES && !isThere(); tries += 1)
      await pause(timers, SEEN_INTERVAL_MS, this.#closing.signal);
  }

  #controllerEndpoint() {
    const quorum = this.#parts?.quorum;
    const leaderId = quorum?.leaderId ?? null;
    if (leaderId === null || leaderId === this.#options.config.nodeId) return undefined;
    return quorum?.endpointOf(leaderId);
  }

  #leadership(): void {
    const { quorum, runtime } = this.#opened();
    runtime.follow();
    if (quorum.leaderId !== null) this.#led.resolve();
  }

  #active(runtime: ControllerRuntime): void {
    const { values } = this.#options.config;
    const levels = { 'transaction.version': values['initial.transaction.version'] };
    runtime.submit((input) => bootstrapFeatures(input, levels)).catch(() => undefined);
  }

  #fail(cause: unknown): void {
    const error =
      cause instanceof MillraceError
        ? cause
        : new MillraceError('The metadata cannot be read.', {
            code: 'METADATA_LOG_FAILED',
            class: 'bug',
            cause,
          });
    this.#options.logger.error({ err: error }, 'the metadata log failed');
    this.#failure ??= error;
    this.#parts?.runtime.fail(error);
    this.#failed.reject(error);
  }

  /** The log before a snapshot is dropped, so that it does not grow for ever. */
  #snapshotWhereDue(): void {
    const { config, folder, clock, logger } = this.#options;
    const { quorum, loader } = this.#opened();
    const limit = config.values['metadata.log.max.record.bytes.between.snapshots'];
    if (this.#snapshotting || loader.loadedBytes < limit) return;
    loader.resetLoadedBytes();
    const image = loader.replayedImage;
    this.#snapshotting = (async () => {
      try {
        await quorum.snapshotTaken(await writeSnapshot(folder, image, clock.now().wallMs));
        this.#snapshotFailure = undefined;
      } catch (error) {
        this.#snapshotFailure = error;
        logger.error({ err: error, offset: image.offset }, 'the metadata snapshot failed; the log is kept');
      } finally {
        this.#snapshotting = undefined;
      }
    })();
  }

  #opened(): Parts {
    if (this.#parts) return this.#parts;
    throw new MillraceError('The metadata plane has not started.', { code: 'NOT_STARTED', class: 'bug' });
  }
}

function rulesOf(config: BrokerConfig): ControllerRules {
  const unclean = 'unclean.leader.election.enable';
  const inSync = 'min.insync.replicas';
  return {
    defaultNumPartitions: config.values['num.partitions'],
    defaultReplicationFactor: config.values['default.replication.factor'],
    isIpAddress: (text) => isIP(text) !== 0,
    deleteTopicEnable: config.values['delete.topic.enable'],
    minInSyncReplicas: (image, topic) => Number(topicText(image, config, topic, inSync)),
    allowsUncleanElection: (image, topic) => topicText(image, config, topic, unclean) === 'true',
    validateConfigs: (type, values) => resourceConfigProblem(config, type, values),
    isListConfig,
    defaultConfig: (type, name) => defaultConfigText(config, type, name),
  };
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function stopping(): MillraceError {
  return new MillraceError('The broker is stopping.', { code: 'BROKER_STOPPING', class: 'transient' });
}
