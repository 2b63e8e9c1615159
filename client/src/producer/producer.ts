import type {
  Producer,
  ProducerOptions,
  TransactionalProducer,
  TransactionalProducerOptions,
} from '../types.ts';
import { BatchingProducer } from './batching-producer.ts';
import { transactionalProducer } from './transactional-producer.ts';

/**
 * A Producer, idempotent unless `acks` says otherwise; with a `transactionalId` one that writes in transactions.
 * @throws {MillraceError} INVALID_CONFIG
 */
export function createProducer(options: TransactionalProducerOptions): TransactionalProducer;
export function createProducer(options: ProducerOptions): Producer;
export function createProducer(options: ProducerOptions | TransactionalProducerOptions): Producer {
  return 'transactionalId' in options ? transactionalProducer(options) : new BatchingProducer(options);
}
