import { createHash } from 'node:crypto';
import { MillraceError } from '@millrace/foundation';
import type { ConnectorConfig } from './ports.ts';

const TAG_LENGTH = 22;

/** Names a config by what it says, so that it is the same on all workers; in quotes, as HTTP has it. */
export function etagOf(config: ConnectorConfig): string {
  const entries = Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify(entries)).digest('base64url');
  return `"${hash.slice(0, TAG_LENGTH)}"`;
}

/**
 * What `If-Match` asks of the config that is about to be changed (RFC 9110, 13.1.1); null where it asks nothing.
 *
 * The answer throws PRECONDITION_FAILED.
 */
export function conditionOf(
  ifMatch: string | readonly string[] | undefined,
): ((current: ConnectorConfig | undefined) => void) | null {
  if (ifMatch === undefined) return null;
  const wanted = String(ifMatch)
    .split(',')
    .map((tag) => tag.trim());
  return (current) => {
    if (current !== undefined && (wanted.includes('*') || wanted.includes(etagOf(current)))) return;
    throw new MillraceError(
      current === undefined
        ? 'The connector has been deleted since you looked at it.'
        : 'The config of the connector has changed since you looked at it.',
      {
        code: 'PRECONDITION_FAILED',
        class: 'config',
        hint: 'Read it again, and apply your change to what it says now.',
      },
    );
  };
}
