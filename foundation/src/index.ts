export * from './assert.ts';
export * from './config/index.ts';
export * from './errors.ts';
export * from './logger.ts';
export * from './metrics.ts';
export * from './pause.ts';
export * from './system-ports.ts';
export * from './types.ts';
