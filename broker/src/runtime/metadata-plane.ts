import { isIP } from 'node:net';
import {
  type Clock,
  type Logger,
  MillraceError,
  type Random,
  type Timers,
  type Uuid,
} from '@millrace/foundation';
import { alterClientQuotas } from '../core/controller/alter-client-quotas.ts';
import { alterConfigs, incrementalAlterConfigs } from '../core/controller/alter-configs.ts';
import { registerBroker, unfenceBroker } from '../core/controller/brokers.ts';
import { createPartitions } from '../core/controller/create-partitions.ts';
import { createTopics } from '../core/controller/create-topics.ts';
import type { ControllerRules } from '../core/controller/decision.ts';
import { deleteTopics } from '../core/controller/delete-topics.ts';
import { electLeaders } from '../core/controller/elect-leaders.ts';
import { bootstrapFeatures } from '../core/controller/features.ts';
import { allocateProducerIds } from '../core/controller/producer-ids.ts';
import { alterPartitionReassignments } from '../core/controller/reassign-partitions.ts';
import { updateFeatures } from '../core/controller/update-features.ts';
import type { BrokerEndpoint } from '../core/metadata/image.ts';
import { replay } from '../core/metadata/replay.ts';
import type { StorageEngine } from '../storage/log.ts';
import type { BrokerConfig } from './broker-config.ts';
import { ControllerRuntime, type ImageListener } from './controller-runtime.ts';
import type { MetadataFolder } from './metadata-folder.ts';
import { MetadataQuorum } from './metadata-quorum.ts';
import { readNewestSnapshot, writeSnapshot } from './metadata-snapshot.ts';
import { defaultConfigText, isListConfig, resourceConfigProblem } from './resource-config-rules.ts';
import type { ControllerAccess, MetadataAccess, QuorumAccess } from './services.ts';

export type { ImageListener } from './controller-runtime.ts';

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
  /**
   * Resolves when the log is replayed, the quorum has a leader and this broker is registered and unfenced.
   * @throws {MillraceError} QUORUM_STATE_CORRUPT, METADATA_SNAPSHOT_CORRUPT, METADATA_RECORD_UNKNOWN, METADATA_LOG_FAILED
   */
  start(): Promise<void>;
  /** Listeners added before `start` see every published image; the first `previous` is the empty one. */
  onImage(listener: ImageListener): void;
  close(): Promise<void>;
}

/** Nothing is opened before `start`. */
export function createMetadataPlane(options: MetadataPlaneOptions): MetadataPlane {
  return new RunningMetadataPlane(options);
}

class RunningMetadataPlane implements MetadataPlane {
  readonly clusterId: string;
  readonly metadata: MetadataAccess;
  readonly quorum: QuorumAccess;
  readonly controller: ControllerAccess;
  readonly #options: MetadataPlaneOptions;
  readonly #listeners: ImageListener[] = [];
  #quorum: MetadataQuorum | undefined;
  #runtime: ControllerRuntime | undefined;
  #snapshotting: Promise<void> | undefined;

  constructor(options: MetadataPlaneOptions) {
    this.#options = options;
    this.clusterId = options.clusterId;
    this.metadata = { image: () => this.#started().image };
    this.quorum = {
      state: () => ({
        leaderEpoch: this.#quorum?.epoch ?? -1,
        highWatermark: this.#quorum?.highWatermark ?? -1,
        endOffset: this.#quorum?.log.endOffset ?? -1,
        directoryId: options.directoryId,
      }),
    };
    const brokerId = options.config.nodeId;
    this.controller = {
      createTopics: (command) => this.#started().submit((input) => createTopics(input, command)),
      deleteTopics: (command) => this.#started().submit((input) => deleteTopics(input, command)),
      createPartitions: (command) => this.#started().submit((input) => createPartitions(input, command)),
      alterConfigs: (command) => this.#started().submit((input) => alterConfigs(input, command)),
      incrementalAlterConfigs: (command) =>
        this.#started().submit((input) => incrementalAlterConfigs(input, command)),
      electLeaders: (command) => this.#started().submit((input) => electLeaders(input, command)),
      alterPartitionReassignments: (command) =>
        this.#started().submit((input) => alterPartitionReassignments(input, command)),
      alterClientQuotas: (command) => this.#started().submit((input) => alterClientQuotas(input, command)),
      updateFeatures: (command) => this.#started().submit((input) => updateFeatures(input, command)),
      allocateProducerIds: () => this.#started().submit((input) => allocateProducerIds(input, { brokerId })),
    };
  }

  onImage(listener: ImageListener): void {
    this.#listeners.push(listener);
    this.#runtime?.onImage(listener);
  }

  async start(): Promise<void> {
    const { config, directoryId, clock, random, logger } = this.#options;
    let failed: MillraceError | undefined;
    const quorum = await MetadataQuorum.open({
      ...this.#options,
      nodeId: config.nodeId,
      voters: [{ id: config.nodeId, directoryId }],
      segmentBytes: config.values['metadata.log.segment.bytes'],
      electionTimeoutMs: config.values['controller.quorum.election.timeout.ms'],
      wallMs: () => clock.now().wallMs,
      onCommitted: (highWatermark) => this.#runtime?.committed(highWatermark),
      onFailed: (error) => {
        failed = error;
        logger.error({ err: error }, 'the metadata log failed');
        this.#runtime?.fail(error);
      },
    });
    this.#quorum = quorum;
    await quorum.start();
    if (failed) throw failed;
    const runtime = new ControllerRuntime({ quorum, rules: rulesOf(config), random, logger });
    for (const listener of this.#listeners) runtime.onImage(listener);
    await this.#load(quorum, runtime);
    this.#runtime = runtime;
    runtime.onImage(() => this.#snapshotWhereDue(quorum, runtime));
    await this.#register(runtime);
    logger.info({ nodeId: config.nodeId, epoch: quorum.epoch }, 'leads the metadata quorum');
  }

  async close(): Promise<void> {
    await this.#snapshotting;
    this.#quorum?.close();
    this.#runtime?.fail(
      new MillraceError('The broker is stopping.', { code: 'BROKER_STOPPING', class: 'transient' }),
    );
  }

  /** The newest snapshot, and what the log has after it. */
  async #load(quorum: MetadataQuorum, runtime: ControllerRuntime): Promise<void> {
    let image = await readNewestSnapshot(this.#options.folder);
    if (image.offset + 1 < quorum.log.startOffset || image.offset >= quorum.log.endOffset) {
      throw new MillraceError(
        `The metadata log holds offsets ${quorum.log.startOffset} to ${quorum.log.endOffset}, its snapshot ends at ${image.offset + 1}: something between them is missing.`,
        {
          code: 'METADATA_SNAPSHOT_CORRUPT',
          class: 'config',
          hint: 'Restore the folder __cluster_metadata-0 from a backup.',
        },
      );
    }
    let sizeBytes = 0;
    for await (const batch of quorum.read(image.offset + 1)) {
      image = replay(image, batch.records, batch.lastOffset, batch.epoch);
      sizeBytes += batch.sizeBytes;
    }
    runtime.load(image, sizeBytes);
  }

  async #register(runtime: ControllerRuntime): Promise<void> {
    const { config, endpoints, random, directoryId } = this.#options;
    const brokerId = config.nodeId;
    const incarnationId = random.uuid();
    const rack = config.values['broker.rack'];
    // The registration first: what waits behind it is published with it, so that no listener sees the last incarnation lead.
    const steps = [
      runtime.submit((input) =>
        registerBroker(input, { brokerId, incarnationId, endpoints, rack, logDirs: [directoryId] }),
      ),
      runtime.submit((input) =>
        unfenceBroker(input, { brokerId, epoch: input.image.brokers.get(brokerId)?.epoch ?? -1 }),
      ),
      runtime.submit((input) =>
        bootstrapFeatures(input, { 'transaction.version': config.values['initial.transaction.version'] }),
      ),
    ];
    await Promise.all(steps);
  }

  /** The log before a snapshot is dropped, so that it does not grow for ever. */
  #snapshotWhereDue(quorum: MetadataQuorum, runtime: ControllerRuntime): void {
    const { config, folder, clock, logger } = this.#options;
    const limit = config.values['metadata.log.max.record.bytes.between.snapshots'];
    if (this.#snapshotting || runtime.appendedBytes < limit) return;
    runtime.resetAppendedBytes();
    const { image } = runtime;
    this.#snapshotting = (async () => {
      try {
        const endOffset = await writeSnapshot(folder, image, clock.now().wallMs);
        await quorum.log.roll();
        await quorum.log.advanceStartOffset(endOffset);
      } catch (error) {
        logger.error({ err: error, offset: image.offset }, 'the metadata snapshot failed; the log is kept');
      } finally {
        this.#snapshotting = undefined;
      }
    })();
  }

  #started(): ControllerRuntime {
    if (this.#runtime) return this.#runtime;
    throw new MillraceError('The metadata plane has not started.', { code: 'NOT_STARTED', class: 'bug' });
  }
}

function rulesOf(config: BrokerConfig): ControllerRules {
  return {
    defaultNumPartitions: config.values['num.partitions'],
    defaultReplicationFactor: config.values['default.replication.factor'],
    isIpAddress: (text) => isIP(text) !== 0,
    deleteTopicEnable: config.values['delete.topic.enable'],
    validateConfigs: (type, values) => resourceConfigProblem(config, type, values),
    isListConfig,
    defaultConfig: (type, name) => defaultConfigText(config, type, name),
  };
}
