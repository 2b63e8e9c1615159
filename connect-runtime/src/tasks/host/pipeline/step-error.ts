import { type ErrorClass, MillraceError, thrownMessage } from '@millrace/foundation';
import { PLUGIN_BUG_HINT } from '../../ipc.ts';

/** What a record goes through, in Kafka Connect's words: its stages of KIP-298, as they stand in dead letters. */
export type ConnectStage =
  | 'TRANSFORMATION'
  | 'KEY_CONVERTER'
  | 'VALUE_CONVERTER'
  | 'HEADER_CONVERTER'
  | 'KAFKA_PRODUCE'
  | 'TASK_PUT';

/** One thing that is done to a record, and whose code does it. */
export interface Step {
  readonly stage: 'transform' | 'convert' | 'produce' | 'put';
  readonly connectStage: ConnectStage;
  /** The class, as the config names it. */
  readonly className: string;
}

/** Carries a failure from where it happened to where it is decided what becomes of the record. */
export class StepError extends Error {
  readonly step: Step;
  readonly error: MillraceError;
  /** Whether the plugin threw something that does not say what kind of failure it is. */
  readonly untyped: boolean;
  /** False where the same must not be tried again in place, whatever its class. */
  readonly repeatable: boolean;

  constructor(
    step: Step,
    error: MillraceError,
    how: { readonly untyped?: boolean; readonly repeatable?: boolean } = {},
  ) {
    super(error.message, { cause: error });
    this.step = step;
    this.error = error;
    this.untyped = how.untyped ?? false;
    this.repeatable = how.repeatable ?? true;
  }
}

/** What the system says where something is out of reach for now; whoever throws it says nothing about a record. */
const PASSING_CODES = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
]);
/** How many causes are looked at. */
const CAUSES_MAX = 5;

/**
 * Anything that a plugin threw, as an error with a class: a typed one keeps its own; one of the network is transient, so that an
 * outage is never taken for a bad record; the rest is `otherwise`.
 */
export function pluginError(
  thrown: unknown,
  otherwise: { readonly code: string; readonly class: ErrorClass },
): MillraceError {
  const typed = typedCause(thrown);
  if (typed) return typed;
  const errorClass = isPassing(thrown) ? 'transient' : otherwise.class;
  return new MillraceError(thrownMessage(thrown), {
    code: otherwise.code,
    class: errorClass,
    ...(errorClass === 'bug' ? { hint: PLUGIN_BUG_HINT } : {}),
    cause: thrown,
  });
}

/** Whether a plugin said itself what kind of failure it is. */
export function isTyped(thrown: unknown): boolean {
  return typedCause(thrown) !== null || isPassing(thrown);
}

function typedCause(thrown: unknown): MillraceError | null {
  return thrown instanceof Error && thrown.name === 'MillraceError' && 'details' in thrown
    ? (thrown as MillraceError)
    : null;
}

function isPassing(thrown: unknown): boolean {
  let at = thrown;
  for (let depth = 0; at instanceof Error && depth < CAUSES_MAX; depth++, at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && PASSING_CODES.has(code)) return true;
  }
  return false;
}

/** Whether an error says that the same can work later. */
export function canPass(error: MillraceError): boolean {
  return error.class === 'transient' || error.class === 'throttled';
}
