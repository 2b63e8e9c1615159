import type { Validator } from '@millrace/foundation';

/** Kafka's for times of retention: a negative one means for ever, but none means nothing. */
export const unlimitedOrPositive: Validator = Object.assign(
  (value: Parameters<Validator>[0]) =>
    value === null || value === -1 || (typeof value === 'number' && value >= 1)
      ? null
      : 'must be -1, for ever, or at least 1',
  { allows: '-1 or [1,...]' },
);

const GZIP_LEVEL_MAX = 9;

export const gzipLevel: Validator = Object.assign(
  (value: Parameters<Validator>[0]) =>
    value === -1 || (typeof value === 'number' && value >= 1 && value <= GZIP_LEVEL_MAX)
      ? null
      : `must be between 1 and ${GZIP_LEVEL_MAX}, or -1`,
  { allows: `[1,...,${GZIP_LEVEL_MAX}] or -1` },
);
