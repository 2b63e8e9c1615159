export { connectMetrics } from './metrics/definitions.ts';
export { ensureKeyFile } from './secrets/key-ring.ts';
export { Worker, type WorkerPorts } from './worker.ts';
export { type WorkerConfig, workerConfig } from './worker-config.ts';
