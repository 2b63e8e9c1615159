import type { AnyApi } from '@millrace/protocol';
import { networkError } from './network-error.ts';

export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

/** What one peer serves, by API key, as its ApiVersions answer says. */
export class VersionTable {
  readonly #ranges: ReadonlyMap<number, VersionRange>;
  readonly #features: ReadonlyMap<string, number>;
  readonly #peer: string;

  /** `features`: the finalised levels of the cluster's features (KIP-584), as the peer knew them when it was asked. */
  constructor(
    peer: string,
    ranges: ReadonlyMap<number, VersionRange>,
    features: ReadonlyMap<string, number> = new Map(),
  ) {
    this.#peer = peer;
    this.#ranges = ranges;
    this.#features = features;
  }

  /** The finalised level of a feature such as `transaction.version`; 0 where there is none. */
  feature(name: string): number {
    return this.#features.get(name) ?? 0;
  }

  range(apiKey: number): VersionRange | undefined {
    return this.#ranges.get(apiKey);
  }

  /**
   * The highest version that both sides know, no higher than `maxVersion`.
   * @throws {MillraceError} UNSUPPORTED_API where there is none
   */
  negotiate(api: AnyApi, maxVersion = api.maxVersion): number {
    const served = this.#ranges.get(api.key);
    const version = Math.min(served?.max ?? -1, api.maxVersion, maxVersion);
    if (served === undefined || version < served.min || version < api.minVersion) {
      const serves = served === undefined ? 'does not serve it' : `serves ${served.min} to ${served.max}`;
      throw networkError(
        'UNSUPPORTED_API',
        `${api.name} is needed in version ${api.minVersion} to ${Math.min(api.maxVersion, maxVersion)}, but ${this.#peer} ${serves}`,
      );
    }
    return version;
  }
}
