/**
 * Ports for what a program cannot decide by itself: time, chance, waiting. Pure cores take `Now` as an argument;
 * shells take the ports, so that a simulator can stand in for them.
 */

/** Two clocks at one moment. Timeouts, sessions and locks go by `monoMs`; record time and retention by `wallMs`. */
export interface Now {
  /** Milliseconds since the Unix epoch; may jump. */
  readonly wallMs: number;
  /** Milliseconds since some fixed moment; never goes back. */
  readonly monoMs: number;
}

export interface Clock {
  now(): Now;
}

export interface Random {
  /** A float in [0, 1). */
  float(): number;
  /** 16 random bytes. */
  uuid(): Uuid;
}

export interface Timer {
  cancel(): void;
}

export interface Timers {
  /** Runs `callback` once, no earlier than `delayMs` milliseconds from now. Never keeps the process alive. */
  after(delayMs: number, callback: () => void): Timer;
}

/** A 128-bit id in Kafka's text form: URL-safe base64 without padding, 22 characters. */
export type Uuid = string;

export const ZERO_UUID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAA';

/** Any value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };
