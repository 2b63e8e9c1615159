import { type AnyApi, encodeRequest } from '@millrace/protocol';
import { apis } from '@millrace/protocol/messages';
import { everyMessage, type ResolvedStructure } from '@millrace/protocol/testing';
import type { Dice } from './dice.ts';
import { MadValues } from './mad-values.ts';
import { aimedAtQuorum, enveloped } from './quorum-request.ts';
import { ONLY_WHOLE, tamed } from './tamed-request.ts';
import type { ToldValues } from './told-values.ts';

/** An API as a broker serves it. */
export interface ServedApi {
  readonly api: AnyApi;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly message: ResolvedStructure;
}

/** What a broker says that it serves, as far as the protocol here knows it; by ApiVersions. */
export async function servedApis(
  told: readonly { readonly apiKey: number; readonly minVersion: number; readonly maxVersion: number }[],
): Promise<readonly ServedApi[]> {
  const messages = new Map((await everyMessage()).map(({ schema }) => [schema.name, schema.root]));
  return told.map(({ apiKey, minVersion, maxVersion }) => {
    const api = apis.get(apiKey);
    const message = api && messages.get(`${api.name}Request`);
    if (api === undefined || message === undefined) throw new Error(`API ${apiKey} has no schema`);
    return { api, minVersion: Math.max(minVersion, api.minVersion), maxVersion, message };
  });
}

/** A request that is well-formed. */
export interface MadRequest {
  readonly api: AnyApi;
  readonly version: number;
  readonly correlationId: number;
  readonly body: Record<string, unknown>;
  readonly frame: Buffer;
  /** One of its arrays is very long. */
  readonly isMany: boolean;
}

const MANY_PROBABILITY = 0.001;
const IN_ENVELOPE = 0.8;

/** Requests of every API that is served, whose values are well-formed and nothing more. */
export class MadRequests {
  readonly #served: readonly ServedApi[];
  readonly #dice: Dice;
  readonly #values: MadValues;
  #correlationId = 0;

  constructor(served: readonly ServedApi[], dice: Dice, told: ToldValues) {
    this.#served = served;
    this.#dice = dice;
    this.#values = new MadValues(dice, told);
  }

  next(): MadRequest {
    const served = this.#dice.pick(this.#served);
    const { name } = served.api;
    return this.#made(served, (body) => {
      if (name === 'Envelope' && this.#dice.chance(IN_ENVELOPE)) return enveloped(this.next().frame);
      return tamed(name, aimedAtQuorum(name, body, this.#dice), this.#dice);
    });
  }

  /** One whose bytes are to be spoilt: what it changes might be anything then, so it changes nothing for others. */
  nextToSpoil(): MadRequest {
    const harmless = this.#served.filter(({ api }) => !ONLY_WHOLE.has(api.name));
    const served = this.#dice.pick(harmless);
    return this.#made(served, (body) => {
      const tame = tamed(served.api.name, body, this.#dice);
      return 'validateOnly' in tame ? { ...tame, validateOnly: true } : tame;
    });
  }

  #made(
    { api, minVersion, maxVersion, message }: ServedApi,
    tame: (body: Record<string, unknown>) => Record<string, unknown>,
  ): MadRequest {
    const dice = this.#dice;
    const version = minVersion + dice.below(maxVersion - minVersion + 1);
    const isMany = dice.chance(MANY_PROBABILITY);
    const body = tame(this.#values.body(message, version, isMany));
    this.#correlationId = (this.#correlationId + 1) % 0x7fffffff;
    const correlationId = this.#correlationId;
    const frame = Buffer.concat(encodeRequest({ api, version, correlationId, clientId: 'mad', body }));
    return { api, version, correlationId, body, frame, isMany };
  }
}
