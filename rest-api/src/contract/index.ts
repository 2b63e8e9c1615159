export * from './connector-plugins.ts';
export * from './connectors.ts';
export * from './pipelines.ts';
export * from './route.ts';
export * from './server.ts';
export * from './shapes.ts';
export * from './topics.ts';
