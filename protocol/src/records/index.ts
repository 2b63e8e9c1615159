export { type CompressionType, compress, compressionTypes, decompress } from '../compression/index.ts';
export {
  type BuildOptions,
  RecordBatchBuilder,
  type RecordBatchBuilderOptions,
  recordSizeInBytes,
} from './batch-builder.ts';
export {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  hasValidCrc,
  NO_PARTITION_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  type ProducerState,
  peekBatchSize,
  peekIsTransactional,
  peekMagic,
  readBatchHeader,
  setBaseOffset,
  setMaxTimestampAndType,
  setPartitionLeaderEpoch,
  setProducerState,
  type TimestampType,
} from './batch-header.ts';
export {
  buildControlBatch,
  buildMarkerBatch,
  type ControlBatchInit,
  type ControlRecordType,
  controlRecordTypes,
  decodeControlKey,
  decodeTransactionMarker,
  encodeControlKey,
  type MarkerBatchInit,
  type TransactionMarker,
} from './control-record.ts';
export {
  type BatchFilter,
  emptiedBatch,
  filterBatch,
  forEachStoredRecord,
  recompressedBatch,
  type StoredRecord,
} from './filter-batch.ts';
export type { DecodedRecord, RecordHeader, RecordInit } from './record.ts';
export {
  type DecodedBatch,
  type DecodeOptions,
  decodeBatch,
  forEachRecord,
  iterateBatches,
} from './record-reader.ts';
export type { RecordError } from './record-walk.ts';
export { addToSequence } from './sequence.ts';
export {
  type BatchFacts,
  type BatchRefusal,
  type BatchRules,
  type BatchVerdict,
  validateBatch,
} from './validate-batch.ts';
