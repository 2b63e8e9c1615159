import { parseConfig } from '@millrace/foundation';
import type { Refusal } from '../core/controller/commands.ts';
import type { MetadataImage } from '../core/metadata/image.ts';
import { type BrokerConfig, type Listener, withoutLongMax } from './broker-config.ts';
import { brokerConfigKeys } from './broker-config-keys.ts';
import { brokerConfigRelationProblem } from './broker-config-relations.ts';
import { kafkaBrokerKeys } from './kafka-broker-keys.ts';

/** The name under which the cluster-wide default of all brokers is kept. */
export const EVERY_BROKER = '';

/** Kafka opens and closes listeners while it runs; here they are those of the start. */
const FIXED_HERE: ReadonlySet<string> = new Set(['listeners', 'listener.security.protocol.map']);

/** Who sets one of these to 0 while the broker runs would shut out everybody, and himself. Kafka refuses it too. */
const NEVER_NONE: readonly string[] = ['max.connections', 'max.connections.per.ip'];

/** Whether the broker takes another value of it while it runs (KIP-226). */
export function isDynamicBrokerKey(name: string): boolean {
  const isOurs = Object.hasOwn(brokerConfigKeys, name) && !FIXED_HERE.has(name);
  return isOurs && kafkaBrokerKeys.get(name) === 'dynamic';
}

/**
 * A broker's configuration whose `values` follow what IncrementalAlterConfigs sets: what is set for this broker goes
 * before what is set for all of them, and both before what the broker was started with.
 */
export class LiveBrokerConfig implements BrokerConfig {
  readonly given: BrokerConfig['given'];
  readonly unknown: BrokerConfig['unknown'];
  readonly idle: BrokerConfig['idle'];
  readonly nodeId: number;
  readonly dataFolder: string;
  readonly isBroker: boolean;
  readonly isController: boolean;
  readonly quorumVoters: BrokerConfig['quorumVoters'];
  readonly quorumBootstrap: BrokerConfig['quorumBootstrap'];
  readonly listeners: readonly Listener[];
  readonly controllerListeners: readonly Listener[];
  readonly interBrokerListener: string;
  readonly advertisedListeners: ReadonlyMap<string, Listener>;
  readonly valuesAtStart: BrokerConfig['values'];
  #values: BrokerConfig['values'];

  constructor(atStart: BrokerConfig) {
    this.given = atStart.given;
    this.unknown = atStart.unknown;
    this.idle = atStart.idle;
    this.nodeId = atStart.nodeId;
    this.dataFolder = atStart.dataFolder;
    this.isBroker = atStart.isBroker;
    this.isController = atStart.isController;
    this.quorumVoters = atStart.quorumVoters;
    this.quorumBootstrap = atStart.quorumBootstrap;
    this.listeners = atStart.listeners;
    this.controllerListeners = atStart.controllerListeners;
    this.interBrokerListener = atStart.interBrokerListener;
    this.advertisedListeners = atStart.advertisedListeners;
    this.valuesAtStart = atStart.values;
    this.#values = atStart.values;
  }

  get values(): BrokerConfig['values'] {
    return this.#values;
  }

  follow(image: MetadataImage): void {
    const set = [EVERY_BROKER, String(this.nodeId)].flatMap((name) => [
      ...(image.configs.get('broker', name) ?? []),
    ]);
    const raw = Object.fromEntries(set.filter(([name]) => isDynamicBrokerKey(name)));
    const { values } = parseConfig(brokerConfigKeys, withoutLongMax(raw));
    const changed = Object.entries(values).filter(([name]) => Object.hasOwn(raw, name));
    this.#values = { ...this.valuesAtStart, ...Object.fromEntries(changed) };
  }
}

/** @returns why a broker, or all of them, may not be given these configs, or null; keys that nobody knows are kept, as in Kafka */
export function brokerConfigProblem(
  config: BrokerConfig,
  values: ReadonlyMap<string, string>,
): Refusal | null {
  const fixed = [...values.keys()].filter((name) => !isDynamicBrokerKey(name) && isKnown(name));
  if (fixed.length > 0) {
    const message = `These configs do not change while a broker runs: ${fixed.join(', ')}.`;
    return { error: 'INVALID_REQUEST', message };
  }
  const raw = withoutLongMax(Object.fromEntries(values));
  const { problems, values: parsed } = parseConfig(brokerConfigKeys, raw);
  const problem = problems.find(({ key }) => values.has(key));
  if (problem !== undefined) return { error: 'INVALID_REQUEST', message: problem.message };
  const changed = Object.entries(parsed).filter(([name]) => values.has(name));
  const none = changed.find(([name, value]) => value === 0 && NEVER_NONE.includes(name));
  if (none !== undefined) {
    const message = `"${none[0]}" must be above 0 while the broker runs: nobody could connect to change it again.`;
    return { error: 'INVALID_REQUEST', message };
  }
  const relation = brokerConfigRelationProblem(
    { ...config.valuesAtStart, ...Object.fromEntries(changed) },
    (name) => values.has(name),
  );
  return relation === null
    ? null
    : { error: 'INVALID_REQUEST', message: `"${relation.key}" ${relation.problem}.` };
}

function isKnown(name: string): boolean {
  return Object.hasOwn(brokerConfigKeys, name) || kafkaBrokerKeys.has(name);
}
