/** Whole brokers on virtual time, network and disk: for `test/simulation`. */
export { partitionOf as coordinatorPartitionOf } from '../../runtime/coordinator-topic.ts';
export { SimulatedNetwork } from './simulated-network.ts';
export { SimulatedNode } from './simulated-node.ts';
export { type Life, SeededRandom, settled, VirtualTime } from './virtual-time.ts';
