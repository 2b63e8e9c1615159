import type { Clock } from '@millrace/foundation';
import { alterClientQuotas } from '../core/controller/alter-client-quotas.ts';
import { alterConfigs, incrementalAlterConfigs } from '../core/controller/alter-configs.ts';
import { alterPartitions } from '../core/controller/alter-partition.ts';
import { heartbeatBroker, registerBroker, unregisterBroker } from '../core/controller/brokers.ts';
import { createPartitions } from '../core/controller/create-partitions.ts';
import { createTopics } from '../core/controller/create-topics.ts';
import { deleteTopics } from '../core/controller/delete-topics.ts';
import { electLeaders } from '../core/controller/elect-leaders.ts';
import { allocateProducerIds } from '../core/controller/producer-ids.ts';
import { alterPartitionReassignments } from '../core/controller/reassign-partitions.ts';
import { updateFeatures } from '../core/controller/update-features.ts';
import type { ControllerRuntime } from './controller-runtime.ts';
import type { ControllerAccess } from './services.ts';

export interface ControllerAccessOptions {
  readonly runtime: () => ControllerRuntime;
  readonly sessionMs: number;
  readonly clock: Clock;
}

/** Every command that the controller of this node decides. */
export function controllerAccess({ runtime, sessionMs, clock }: ControllerAccessOptions): ControllerAccess {
  const now = () => clock.now().monoMs;
  return {
    createTopics: (command) => runtime().submit((input) => createTopics(input, command)),
    deleteTopics: (command) => runtime().submit((input) => deleteTopics(input, command)),
    createPartitions: (command) => runtime().submit((input) => createPartitions(input, command)),
    alterConfigs: (command) => runtime().submit((input) => alterConfigs(input, command)),
    incrementalAlterConfigs: (command) =>
      runtime().submit((input) => incrementalAlterConfigs(input, command)),
    electLeaders: (command) => runtime().submit((input) => electLeaders(input, command)),
    alterPartitionReassignments: (command) =>
      runtime().submit((input) => alterPartitionReassignments(input, command)),
    alterClientQuotas: (command) => runtime().submit((input) => alterClientQuotas(input, command)),
    updateFeatures: (command) => runtime().submit((input) => updateFeatures(input, command)),
    alterPartitions: (command) => runtime().submit((input) => alterPartitions(input, command)),
    suspectBroker: (brokerId) => void runtime().suspect(brokerId),
    unregisterBroker: (brokerId) => runtime().submit((input) => unregisterBroker(input, brokerId)),
    allocateProducerIdsTo: (broker) => runtime().submit((input) => allocateProducerIds(input, broker)),
    async registerBroker(command) {
      const isHeard = runtime().sessions.isAlive(command.brokerId, now(), sessionMs);
      const result = await runtime().submit((input) => registerBroker(input, { ...command, isHeard }));
      if (result.error === null) runtime().sessions.heard(command.brokerId, now());
      return result;
    },
    async heartbeat(command) {
      const result = await runtime().submitAhead((input) => heartbeatBroker(input, command));
      if (result.error === null) runtime().sessions.heard(command.brokerId, now());
      return result;
    },
  };
}
