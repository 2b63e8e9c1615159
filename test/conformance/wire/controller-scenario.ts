import type { ControllerWire } from './controller-wire.ts';

/** One conversation that is held with our controller and with Apache Kafka's. */
export interface ControllerScenario {
  readonly name: string;
  run(wire: ControllerWire): Promise<unknown>;
}
