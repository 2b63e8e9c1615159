import type { Clock } from '@millrace/foundation';
import {
  type ClientQuotasImage,
  connectionRateOf,
  type QuotaCaller,
  quotaFor,
} from '../core/quota/client-quotas.ts';
import { burstOf, RateMeter } from '../core/quota/rate-meter.ts';
import { TokenBucket } from '../core/quota/token-bucket.ts';
import type { MetadataAccess, QuotaAccess, RequestUse } from './services.ts';

/** Meters that are kept; beyond that, and now and then, those are dropped that measure nothing any more. */
const METERS_MAX = 10_000;

/** A hundredth of a second of the loop, which is all that there is of a second, is one percent. */
const MS_PER_PERCENT = 10;
/** As in Kafka, nobody waits longer than one window for the time that they took, or for a connection. */
const WINDOW_DELAY_MAX_MS = 1000;

/** Measures what clients use, and says how long those have to wait who use more than their quota (KIP-13, KIP-124, KIP-612). */
export class RequestQuotas implements QuotaAccess {
  readonly #metadata: MetadataAccess;
  readonly #clock: Clock;
  readonly #meters = new Map<string, RateMeter>();
  readonly #buckets = new Map<string, TokenBucket>();

  constructor({ metadata, clock }: { readonly metadata: MetadataAccess; readonly clock: Clock }) {
    this.#metadata = metadata;
    this.#clock = clock;
  }

  get areSet(): boolean {
    return this.#image.size > 0;
  }

  charge(caller: QuotaCaller, use: RequestUse): number {
    const busy = this.#charge('request_percentage', caller, use.busyMs / MS_PER_PERCENT);
    const busyDelayMs = Math.min(busy, WINDOW_DELAY_MAX_MS);
    const { produced, fetched, offered } = use;
    if (produced !== undefined)
      return Math.max(busyDelayMs, this.#charge('producer_byte_rate', caller, produced));
    const given = fetched ?? offered;
    if (given === undefined) return busyDelayMs;
    const delayMs = Math.max(busyDelayMs, this.#charge('consumer_byte_rate', caller, given));
    // Who has to wait is given no records, so none were used.
    if (offered !== undefined && delayMs > 0) this.#charge('consumer_byte_rate', caller, -offered);
    return delayMs;
  }

  mutate(
    caller: QuotaCaller,
    partitionCount: number,
    isStrict: boolean,
  ): { readonly isAdmitted: boolean; readonly delayMs: number } {
    const quota = quotaFor(this.#image, 'controller_mutation_rate', caller);
    if (quota === null) return { isAdmitted: true, delayMs: 0 };
    const { limit, sharedBy } = quota;
    const nowMs = this.#clock.now().monoMs;
    const bucket = this.#buckets.get(sharedBy) ?? new TokenBucket();
    // Back at the end of the row: the first one is who has been quiet the longest.
    this.#buckets.delete(sharedBy);
    this.#buckets.set(sharedBy, bucket);
    const [quietest] = this.#buckets.keys();
    if (this.#buckets.size > METERS_MAX && quietest !== undefined) this.#buckets.delete(quietest);
    const waitMs = bucket.delayMs(limit, nowMs);
    if (isStrict && waitMs > 0) return { isAdmitted: false, delayMs: waitMs };
    bucket.take(partitionCount, limit, nowMs);
    return { isAdmitted: true, delayMs: isStrict ? 0 : bucket.delayMs(limit, nowMs) };
  }

  fetchMaxBytes(caller: QuotaCaller): number {
    if (!this.areSet) return Number.POSITIVE_INFINITY;
    const quota = quotaFor(this.#image, 'consumer_byte_rate', caller);
    return quota === null ? Number.POSITIVE_INFINITY : burstOf(quota.limit);
  }

  connected(ip: string): number {
    const limit = connectionRateOf(this.#image, ip);
    if (limit === null) return 0;
    const name = `connection_creation_rate ${ip}`;
    const delayMs = Math.min(this.#measure(name, 1, limit), WINDOW_DELAY_MAX_MS);
    // Whoever is turned away has not made a connection.
    if (delayMs > 0) this.#measure(name, -1, limit);
    return delayMs;
  }

  #charge(key: string, caller: QuotaCaller, amount: number): number {
    const quota = quotaFor(this.#image, key, caller);
    return quota === null ? 0 : this.#measure(`${key} ${quota.sharedBy}`, amount, quota.limit);
  }

  #measure(name: string, amount: number, limit: number): number {
    const nowMs = this.#clock.now().monoMs;
    let meter = this.#meters.get(name);
    if (meter === undefined) {
      if (this.#meters.size >= METERS_MAX) this.#dropIdle(nowMs);
      meter = new RateMeter();
      this.#meters.set(name, meter);
    }
    meter.record(amount, nowMs);
    return meter.delayMs(limit, nowMs);
  }

  #dropIdle(nowMs: number): void {
    for (const [name, meter] of this.#meters) if (meter.isIdle(nowMs)) this.#meters.delete(name);
    const [oldest] = this.#meters.keys();
    if (this.#meters.size >= METERS_MAX && oldest !== undefined) this.#meters.delete(oldest);
  }

  get #image(): ClientQuotasImage {
    return this.#metadata.image().clientQuotas;
  }
}
