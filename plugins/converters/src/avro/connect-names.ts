/** Names that Confluent's AvroConverter uses, so that both read each other's schemas. */

export const NAMESPACE = 'io.confluent.connect.avro';
/** The record of a struct without a name; further ones are numbered. */
export const DEFAULT_NAME = 'ConnectDefault';
export const MAP_ENTRY = 'MapEntry';
export const MAP_ENTRY_NAME = `${NAMESPACE}.${MAP_ENTRY}`;
export const UNION_NAME = `${NAMESPACE}.Union`;
export const ENUM_PARAMETER = `${NAMESPACE}.Enum`;
export const FIXED_SIZE_PARAMETER = 'connect.fixed.size';
export const PRECISION_PARAMETER = 'connect.decimal.precision';
export const PRECISION_DEFAULT = 64;

/** Properties of an Avro schema that carry what Avro has no word for. */
export const property = {
  name: 'connect.name',
  version: 'connect.version',
  doc: 'connect.doc',
  parameters: 'connect.parameters',
  default: 'connect.default',
  type: 'connect.type',
  internalType: 'connect.internal.type',
} as const;
