import { type Logger, MillraceError } from '@millrace/sdk';

/**
 * Entries are gone that nobody read: stops, or warns, as `on.lost.entries` says.
 * @throws {MillraceError} REDIS_ENTRIES_LOST (class config)
 */
export function loseEntries(
  policy: string,
  logger: Logger,
  lost: { readonly stream: string; readonly count: number; readonly behind: string },
): void {
  if (policy === 'continue') {
    logger.warn(lost, 'entries were removed from the stream before they were read');
    return;
  }
  throw new MillraceError(
    `${lost.count} entries of the stream ${lost.stream} behind ${lost.behind} were removed before they were read.`,
    {
      code: 'REDIS_ENTRIES_LOST',
      class: 'config',
      path: 'on.lost.entries',
      hint: 'Set on.lost.entries=continue to go on without them, and let the stream keep more (MAXLEN, MINID).',
      facts: lost,
    },
  );
}
