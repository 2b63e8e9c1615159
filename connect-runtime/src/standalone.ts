import {
  defineConfig,
  MillraceError,
  nonEmpty,
  type RawConfig,
  requireConfig,
  silentLogger,
} from '@millrace/foundation';
import { SoloMember } from './herder/solo-member.ts';
import { FileLog } from './storage/file-log.ts';
import { MemoryLog } from './storage/memory-log.ts';
import type { WorkerPorts } from './worker.ts';
import { workerConfig } from './worker-config.ts';

/** Keys that only groups of workers have. */
const {
  'group.id': _group,
  'config.storage.topic': _configs,
  'offset.storage.topic': _offsets,
  'status.storage.topic': _statuses,
  ...shared
} = workerConfig;

/** A standalone worker's config: a distributed one's, with a file instead of topics and a group. */
export const standaloneConfig = defineConfig({
  ...shared,
  'offset.storage.file.filename': {
    type: 'string',
    importance: 'high',
    docs: 'The file that keeps the offsets of sources. Its format is not that of Kafka Connect.',
    validate: nonEmpty,
  },
});

/**
 * What makes a `Worker` a standalone one: offsets in a file, configs and statuses in memory, a group of one. All else is the same.
 * @throws {MillraceError} INVALID_CONFIG
 */
export function standaloneWorker(raw: RawConfig): {
  readonly config: RawConfig;
  readonly standalone: NonNullable<WorkerPorts['standalone']>;
} {
  const config = requireConfig(standaloneConfig, raw);
  if (config['exactly.once.source.support'] !== 'disabled') {
    throw new MillraceError(
      'A standalone worker can not write exactly once: its offsets are in no transaction.',
      {
        code: 'INVALID_CONFIG',
        class: 'config',
        path: 'exactly.once.source.support',
        hint: 'Remove the key, or run a distributed worker.',
      },
    );
  }
  const { 'offset.storage.file.filename': file, ...others } = raw as RawConfig & Record<string, unknown>;
  const offsetsFile = String(file);
  return {
    config: {
      ...others,
      'group.id': 'connect-standalone',
      'config.storage.topic': 'configs',
      'offset.storage.topic': offsetsFile,
      'status.storage.topic': 'statuses',
    },
    standalone: {
      storage: (name) => (onRecord) =>
        name === offsetsFile ? new FileLog(offsetsFile, onRecord) : new MemoryLog(name, onRecord),
      createMember: ({ callbacks, logger = silentLogger }) => new SoloMember({ callbacks, logger }),
    },
  };
}
