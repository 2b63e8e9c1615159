/**
 * 2^63 - 1, which Kafka uses for "no limit" (as in the high watermark of a fetch request). It is the one int64 beyond
 * the safe integers that readers and writers carry: as a number it is 2^63, and is written back as 2^63 - 1.
 */
export const INT64_MAX = 2 ** 63;
