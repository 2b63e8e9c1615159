import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Clock, type Logger, MillraceError } from '@millrace/foundation';
import { nextKeyAtMs, type SessionKey, type SessionKeyRules } from '../core/herder/session-key.ts';
import type { ConfigStore } from '../storage/config-store.ts';

const SIGNATURE_HEADER = 'x-connect-authorization';
const ALGORITHM_HEADER = 'x-connect-request-signature-algorithm';

/** What may sign, with Node's names, and how long a key Java makes for it where no size is given, bytes. */
const algorithms: Readonly<Record<string, { readonly hash: string; readonly keyBytes: number }>> = {
  HmacSHA1: { hash: 'sha1', keyBytes: 64 },
  HmacSHA224: { hash: 'sha224', keyBytes: 28 },
  HmacSHA256: { hash: 'sha256', keyBytes: 32 },
  HmacSHA384: { hash: 'sha384', keyBytes: 48 },
  HmacSHA512: { hash: 'sha512', keyBytes: 64 },
};

/** How often the leader looks whether the key is due, ms. */
const CHECK_INTERVAL_MS = 1_000;

export interface SessionKeysOptions {
  readonly configs: Pick<ConfigStore, 'config' | 'putSessionKey'>;
  readonly keyAlgorithm: string;
  /** Null for what is usual for the algorithm. */
  readonly keySizeBytes: number | null;
  readonly ttlMs: number;
  /** What this worker signs with. */
  readonly signatureAlgorithm: string;
  /** What it takes from others. */
  readonly verificationAlgorithms: readonly string[];
  readonly isLeader: () => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Requests that only workers of the group may make are signed with a key that stands in the config topic (KIP-507). The leader writes it,
 * and a new one when the old one is over.
 */
export class SessionKeys {
  readonly #options: SessionKeysOptions;
  readonly #rules: SessionKeyRules;
  #timer: NodeJS.Timeout | null = null;
  #writing = false;

  constructor(options: SessionKeysOptions) {
    this.#options = options;
    const { keyAlgorithm: algorithm, ttlMs } = options;
    const sizeBytes = options.keySizeBytes ?? algorithms[algorithm]?.keyBytes ?? 32;
    this.#rules = { algorithm, sizeBytes, ttlMs };
  }

  start(): void {
    this.#timer = setInterval(() => void this.#writeIfDue(), CHECK_INTERVAL_MS);
    this.#timer.unref();
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  /** Headers that show a request to be a worker's. @throws {MillraceError} NO_SESSION_KEY (class transient) */
  sign(body: string): { readonly [name: string]: string } {
    const { signatureAlgorithm } = this.#options;
    const signature = hmac(signatureAlgorithm, this.#key(), body);
    return {
      [SIGNATURE_HEADER]: signature.toString('base64'),
      [ALGORITHM_HEADER]: signatureAlgorithm,
    };
  }

  /** @throws {MillraceError} BAD_REQUEST, FORBIDDEN, NO_SESSION_KEY (class transient) */
  verify(headers: IncomingHttpHeaders, body: string): void {
    const signature = headers[SIGNATURE_HEADER];
    const algorithm = headers[ALGORITHM_HEADER];
    if (typeof signature !== 'string' || typeof algorithm !== 'string')
      throw refused('BAD_REQUEST', 'Internal request missing required signature');
    if (!this.#options.verificationAlgorithms.includes(algorithm)) {
      const message = `This worker does not support the '${algorithm}' key signing algorithm used by other workers.`;
      throw refused('BAD_REQUEST', message);
    }
    const given = Buffer.from(signature, 'base64');
    const expected = hmac(algorithm, this.#key(), body);
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw refused('FORBIDDEN', 'Internal request contained invalid signature.');
  }

  #key(): SessionKey {
    const { sessionKey } = this.#options.configs.config;
    if (sessionKey) return sessionKey;
    throw new MillraceError('The group has no session key yet.', {
      code: 'NO_SESSION_KEY',
      class: 'transient',
      hint: 'The leader writes one to the config topic when it has joined; try again in a moment.',
    });
  }

  async #writeIfDue(): Promise<void> {
    const { configs, isLeader, clock, logger } = this.#options;
    const { wallMs } = clock.now();
    if (this.#writing || !isLeader() || wallMs < nextKeyAtMs(configs.config.sessionKey, this.#rules)) return;
    this.#writing = true;
    const { algorithm, sizeBytes } = this.#rules;
    try {
      const key = randomBytes(sizeBytes).toString('base64');
      await configs.putSessionKey({ key, algorithm, createdAtMs: wallMs });
    } catch (error) {
      logger.warn({ err: error }, 'the session key could not be written; the next look tries again');
    } finally {
      this.#writing = false;
    }
  }
}

function hmac(algorithm: string, { key }: SessionKey, body: string): Buffer {
  const hash = algorithms[algorithm]?.hash ?? 'sha256';
  return createHmac(hash, Buffer.from(key, 'base64')).update(body, 'utf8').digest();
}

function refused(code: 'BAD_REQUEST' | 'FORBIDDEN', message: string): MillraceError {
  return new MillraceError(message, {
    code,
    class: code === 'FORBIDDEN' ? 'auth' : 'config',
    hint: 'Only workers of this group may ask this.',
  });
}
