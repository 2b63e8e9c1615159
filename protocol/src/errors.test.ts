import { describe, expect, it } from 'vitest';
import { errorByCode, errorCode, errorTable, isKafkaError, kafkaError } from './errors.ts';

describe('the error table', () => {
  it('has every code from -1 to 133 once', () => {
    expect(errorTable.map((row) => row.code).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 135 }, (_, i) => i - 1),
    );
  });

  it('says what Kafka retries', () => {
    const retriable = errorTable.filter((row) => row.retriable).map((row) => row.code);
    // From org.apache.kafka.common.protocol.Errors of 4.3.1: exceptions that are RetriableException.
    expect(retriable.sort((a, b) => a - b)).toEqual([
      2, 3, 5, 6, 7, 9, 13, 14, 15, 16, 19, 20, 41, 51, 56, 70, 71, 72, 74, 75, 78, 80, 83, 84, 88, 89, 100,
      103, 106, 122, 123, 133,
    ]);
  });

  it('goes both ways', () => {
    for (const row of errorTable) {
      expect(errorByCode(row.code)).toBe(row);
      expect(errorCode(row.name)).toBe(row.code);
    }
  });

  it('takes a code of a newer peer for UNKNOWN_SERVER_ERROR', () => {
    expect(errorByCode(9999).name).toBe('UNKNOWN_SERVER_ERROR');
  });
});

describe('a protocol error', () => {
  it('carries name, class and code', () => {
    const error = kafkaError('TOPIC_AUTHORIZATION_FAILED');
    expect(error.report()).toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED', class: 'auth' });
    expect(error.details.facts).toEqual({ kafkaCode: 29, retriable: false });
    expect(error.message).not.toBe('');
  });

  it('is recognised by its name, and in general', () => {
    const error = kafkaError('NOT_COORDINATOR', 'the group moved', new Error('why'));
    expect(error.message).toBe('the group moved');
    expect(isKafkaError(error, 'NOT_COORDINATOR')).toBe(true);
    expect(isKafkaError(error, 'NOT_CONTROLLER')).toBe(false);
    expect(isKafkaError(error)).toBe(true);
    expect(isKafkaError(new Error('NOT_COORDINATOR'))).toBe(false);
  });
});
