import { javaPattern } from '@millrace/sdk';
import type { ConnectorConfig } from '../core/config/cluster-config.ts';

/**
 * What matches the whole name of a topic that a sink reads, from `topics.regex`, which is written in Java's syntax. Null where
 * the key is not there.
 * @throws {SyntaxError} where it is no pattern
 */
export function topicsRegexOf(config: ConnectorConfig): RegExp | null {
  const written = config['topics.regex']?.trim();
  return written ? javaPattern(written).whole : null;
}
