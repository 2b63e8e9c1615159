import type { MillraceError } from '@millrace/foundation';
import { kafkaError } from '../errors.ts';
import type { CompressionType } from './compression-type.ts';

/** What is inside is larger than the caller allows. MESSAGE_TOO_LARGE makes a Kafka producer split its batch. */
export function tooLarge(type: CompressionType, maxBytes: number): MillraceError {
  return kafkaError('MESSAGE_TOO_LARGE', `the ${type} data unpacks to more than ${maxBytes} bytes`);
}

/** The bytes are not what the codec writes. */
export function malformed(type: CompressionType, what: string, cause?: unknown): MillraceError {
  return kafkaError('CORRUPT_MESSAGE', `the ${type} data is malformed: ${what}`, cause);
}
