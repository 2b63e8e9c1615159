export { connect, endConnection, isLost } from './connect.ts';
export { type ConnectionConfig, connectionOptions, loginKey } from './connection-options.ts';
export { fieldOf, fillIn, template } from './key-template.ts';
export { missingRights, type Probe } from './missing-rights.ts';
export { PositionReader, type PositionSettings } from './position-reader.ts';
export { answerError, answerOf, isSilence, toRedisError } from './redis-error.ts';
export { entryList, type StreamEntry } from './stream-entry.ts';
export * from './stream-info.ts';
