import type { Json } from './types.ts';

/**
 * What kind of failure it is, which decides what happens next: `transient` and `throttled` are tried again,
 * `poison` fails the task, with the record at fault where it is known, `auth` and `config` stop and say so, `bug` is ours to mend.
 */
export type ErrorClass = 'transient' | 'throttled' | 'poison' | 'auth' | 'config' | 'bug';

/** The one shape of an error, the same over REST, CLI, UI and log. */
export interface ErrorReport {
  /** Stable, UPPER_SNAKE_CASE; never used again for something else. */
  readonly code: string;
  readonly class: ErrorClass;
  /** One sentence that says what happened, without secrets. */
  readonly message: string;
  /** One sentence that says what to do. */
  readonly hint?: string;
  /** The config key, or a JSON pointer, at fault. */
  readonly path?: string;
  /** The record at fault. */
  readonly record?: {
    readonly topic: string;
    readonly partition: number | null;
    readonly offset?: number;
    /** The trace that it belongs to (W3C Trace Context), where it carries one. */
    readonly traceparent?: string;
  };
  /** The stage of a task where it happened: poll, transform, convert, produce, fetch, put, commit, start, stop. */
  readonly stage?: string;
}

export interface ErrorDetails extends Omit<ErrorReport, 'message'> {
  readonly cause?: unknown;
  /** Facts for the log; never payloads or secrets. */
  readonly facts?: Record<string, Json>;
}

/** The typed error that crosses package borders. Log it or throw it, never both. */
export class MillraceError extends Error {
  override readonly name = 'MillraceError';
  readonly details: ErrorDetails;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.details = details;
  }

  get code(): string {
    return this.details.code;
  }

  get class(): ErrorClass {
    return this.details.class;
  }

  report(): ErrorReport {
    const { cause: _cause, facts: _facts, ...rest } = this.details;
    return { ...rest, message: this.message };
  }

  /** The same error with what only the caller knows (stage, record, path) filled in where it is missing. */
  with(more: Partial<ErrorDetails>): MillraceError {
    const filled = new MillraceError(this.message, { ...more, ...this.details });
    // Where it was thrown first is what people look for.
    if (this.stack !== undefined) filled.stack = this.stack;
    return filled;
  }
}

/**
 * Recognises a MillraceError by its shape, not by `instanceof`: plugins carry a copy of their own of this package.
 */
export function isMillraceError(error: unknown): error is MillraceError {
  return error instanceof Error && error.name === 'MillraceError' && 'details' in error;
}

/** Any thrown value as a MillraceError; what is not one already is taken for `fallback`. */
export function toMillraceError(error: unknown, fallback: Omit<ErrorDetails, 'cause'>): MillraceError {
  if (isMillraceError(error)) return error;
  return new MillraceError(thrownMessage(error), { ...fallback, cause: error });
}

/** What a value that was thrown says, whatever it is: plugins throw anything. Of an object only the names: its values may be payload. */
export function thrownMessage(thrown: unknown): string {
  const told =
    typeof thrown === 'object' ? (thrown as { readonly message?: unknown } | null)?.message : thrown;
  if (typeof told === 'string') return told || 'failed without a message';
  const what =
    typeof thrown === 'object' && thrown !== null
      ? `an object of ${Object.keys(thrown).slice(0, NAMES_MAX).join(', ') || 'nothing'}`
      : String(thrown);
  return `${what} was thrown, which is no error`;
}

/** Names of an object's parts that a message tells. */
const NAMES_MAX = 10;
