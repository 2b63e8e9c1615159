import type { Clock, ConfigOf, Logger, Random, Timers, Uuid } from '@millrace/foundation';
import type { BrokerEndpoint, MetadataImage } from '../core/metadata/image.ts';
import type { StorageEngine } from '../storage/log.ts';
import type { controllerConfig } from './controller-config.ts';
import type { MetadataFolder } from './metadata-folder.ts';
import type { ControllerAccess, MetadataAccess } from './services.ts';
import type { TopicDefaults } from './topic-config.ts';

/** Hears of each new image. Where it gives a promise, commands that caused the image are answered after it. */
export type ImageListener = (image: MetadataImage, previous: MetadataImage) => void | Promise<void>;

export type MetadataPlaneConfig = ConfigOf<typeof controllerConfig> & TopicDefaults;

export interface MetadataPlaneOptions {
  readonly storage: StorageEngine;
  /** Beside the log of `__cluster_metadata-0`: `fileMetadataFolder(path)` or `memoryMetadataFolder()`. */
  readonly folder: MetadataFolder;
  readonly config: MetadataPlaneConfig;
  readonly nodeId: number;
  readonly clusterId: string;
  /** The id of this node's log folder (`directory.id` of meta.properties). */
  readonly directoryId: Uuid;
  /** Where clients reach this broker; the sockets must be bound already, so that ports are known. */
  readonly endpoints: readonly BrokerEndpoint[];
  readonly rack: string | null;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
}

/** The quorum, the controller and the image of this node. */
export interface MetadataPlane {
  readonly clusterId: string;
  readonly metadata: MetadataAccess;
  readonly controller: ControllerAccess;
  /** Resolves when the log is replayed, the quorum has a leader and this broker is registered and unfenced. */
  start(): Promise<void>;
  /** Listeners added before `start` see every image; the first `previous` is the empty one. */
  onImage(listener: ImageListener): void;
  close(): Promise<void>;
}
