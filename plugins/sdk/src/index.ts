export {
  type ConfigDef,
  type ConfigOf,
  type ConfigProblem,
  type ConfigValue,
  defineConfig,
  type ErrorClass,
  type ErrorDetails,
  isMillraceError,
  type Json,
  type JsonObject,
  type Logger,
  listed,
  MillraceError,
  matches,
  nonEmpty,
  oneOf,
  type ParsedConfig,
  parseConfig,
  pause,
  type RawConfig,
  range,
  requireConfig,
  toMillraceError,
} from '@millrace/foundation';
export * from './config-provider.ts';
export { optionTable } from './docs/option-table.ts';
export * from './java/index.ts';
export * from './json/exact-json.ts';
export { jsonText } from './json/json-text.ts';
export { kindOf, Misfit, under } from './json/misfit.ts';
export { isOfAnotherTopic } from './kit/another-topic.ts';
export { connectionProblems } from './kit/connection-problems.ts';
export { type KeptOffsets, type KeptOffsetsOptions, keptOffsets } from './kit/kept-offsets.ts';
export { type KeyedBatchesOptions, keyedBatches } from './kit/keyed-batches.ts';
export { RateLimiter, type RateLimiterOptions } from './kit/rate-limiter.ts';
export { RECORD_PART, recordPart } from './kit/record-part.ts';
export { rateLimiterOf, recordRate } from './kit/record-rate.ts';
export { type RetryOptions, retry } from './kit/retry.ts';
export { topicName } from './kit/topic-name.ts';
export { type OptionTable, translateOptions } from './kit/translate-options.ts';
export * from './offsets.ts';
export * from './plugin.ts';
export * from './record.ts';
export * from './schema.ts';
export * from './task.ts';
export * from './transform.ts';
