import { produce } from './00-produce.ts';
import { fetch } from './01-fetch.ts';
import { listOffsets } from './02-list-offsets.ts';
import { metadata } from './03-metadata.ts';
import { apiVersions } from './18-api-versions.ts';
import { createTopics } from './19-create-topics.ts';
import { deleteTopics } from './20-delete-topics.ts';
import { initProducerId } from './22-init-producer-id.ts';
import { describeConfigs } from './32-describe-configs.ts';
import { createPartitions } from './37-create-partitions.ts';
import { incrementalAlterConfigs } from './44-incremental-alter-configs.ts';
import { describeCluster } from './60-describe-cluster.ts';
import type { AnyApiHandler } from './api.ts';

const table: readonly AnyApiHandler[] = [
  produce,
  fetch,
  listOffsets,
  metadata,
  apiVersions,
  createTopics,
  deleteTopics,
  initProducerId,
  describeConfigs,
  createPartitions,
  incrementalAlterConfigs,
  describeCluster,
];

/** Every API that is served, by key: what ApiVersions advertises is read off it. */
export const handlers: ReadonlyMap<number, AnyApiHandler> = new Map(
  table.map((handler) => [handler.api.key, handler]),
);
