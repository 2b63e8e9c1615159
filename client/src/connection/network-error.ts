import { type ErrorClass, MillraceError } from '@millrace/foundation';

/**
 * What goes wrong below the protocol. All are transient and worth another try, but:
 * `UNSUPPORTED_API` (peer and client share no version) and `INVALID_RESPONSE` (the peer does not speak Kafka's protocol).
 */
export type NetworkErrorCode =
  | 'CONNECTION_REFUSED'
  | 'CONNECTION_LOST'
  | 'CONNECTION_CLOSED'
  | 'REQUEST_TIMED_OUT_LOCALLY'
  | 'TOO_MANY_IN_FLIGHT_REQUESTS'
  | 'UNSUPPORTED_API'
  | 'INVALID_RESPONSE';

const hints: Record<NetworkErrorCode, string> = {
  CONNECTION_REFUSED: 'Check that a broker listens on this address and that it is reachable from here.',
  CONNECTION_LOST: 'The broker went away or dropped the connection; its log says why.',
  CONNECTION_CLOSED: 'The client was closed; make a new one.',
  REQUEST_TIMED_OUT_LOCALLY: 'The broker is slow or stuck; look at its load, or raise requestTimeoutMs.',
  TOO_MANY_IN_FLIGHT_REQUESTS: 'Wait for answers before sending more.',
  UNSUPPORTED_API: 'Upgrade the older side.',
  INVALID_RESPONSE: 'Check that the address is that of a plaintext Kafka listener.',
};

const fatal = new Set<NetworkErrorCode>(['UNSUPPORTED_API', 'INVALID_RESPONSE']);

export function networkError(code: NetworkErrorCode, message: string, cause?: unknown): MillraceError {
  const errorClass: ErrorClass = code === 'TOO_MANY_IN_FLIGHT_REQUESTS' ? 'throttled' : 'transient';
  return new MillraceError(message, {
    code,
    class: code === 'UNSUPPORTED_API' || code === 'INVALID_RESPONSE' ? 'config' : errorClass,
    hint: hints[code],
    facts: { retriable: !fatal.has(code) },
    ...(cause === undefined ? {} : { cause }),
  });
}
