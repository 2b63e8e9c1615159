export { type BrokerPorts, type RunningBroker, startBroker } from './runtime/broker.ts';
export { type BrokerConfig, parseBrokerConfig } from './runtime/broker-config.ts';
export { brokerConfigKeys } from './runtime/broker-config-keys.ts';
export { brokerMetrics } from './runtime/broker-metrics.ts';
export { groupConfigDefinitions } from './runtime/group-config-definitions.ts';
export { topicConfigDefinitions } from './runtime/topic-config-definitions.ts';
