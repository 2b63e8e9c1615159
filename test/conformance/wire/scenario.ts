import type { Wire } from './wire.ts';

/**
 * One conversation that is held with our broker and with Apache Kafka. What it gives back is compared; topics and groups have
 * the same names on both, so each scenario uses names of its own.
 */
export interface Scenario {
  readonly name: string;
  run(wire: Wire): Promise<unknown>;
}
