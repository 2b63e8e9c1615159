/** How a record is written. */
export const writeStrategies = [
  'replace',
  'insert',
  'update',
  'update_timestamps',
  'delete',
  'default',
  'replace_business_key',
  'update_business_key_timestamps',
  'delete_business_key',
] as const;
export type WriteStrategy = (typeof writeStrategies)[number];

/** Where a document's `_id` comes from. */
export const idStrategies = [
  'key',
  'full_key',
  'provided_in_key',
  'provided_in_value',
  'partial_key',
  'partial_value',
  'kafka_meta',
  'object_id',
  'uuid',
] as const;
export type IdStrategy = (typeof idStrategies)[number];

/** Those by which a tombstone names its document. */
export const keyStrategies: ReadonlySet<string> = new Set<IdStrategy>([
  'key',
  'full_key',
  'provided_in_key',
  'partial_key',
]);
