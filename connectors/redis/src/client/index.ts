export { connect, endConnection } from './connect.ts';
export { type ConnectionConfig, connectionOptions, loginKey } from './connection-options.ts';
export { missingRights, type Probe } from './missing-rights.ts';
export { answerError, answerOf, toRedisError } from './redis-error.ts';
export * from './stream-info.ts';
