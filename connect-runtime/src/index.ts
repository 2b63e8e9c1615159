export { Worker, type WorkerPorts } from './worker.ts';
export { type WorkerConfig, workerConfig } from './worker-config.ts';
