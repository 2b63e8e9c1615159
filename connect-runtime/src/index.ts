export { connectMetrics } from './metrics/definitions.ts';
export { decodedBytes } from './records/decoded-bytes.ts';
export { newestRecords } from './records/newest-records.ts';
export { ensureKeyFile } from './secrets/key-ring.ts';
export { standaloneConfig, standaloneWorker } from './standalone.ts';
export { Worker, type WorkerPorts } from './worker.ts';
export { type WorkerConfig, workerConfig } from './worker-config.ts';
