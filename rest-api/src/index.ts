export type { AccessRequest, Actor, Authorizer, Caller } from './access.ts';
export type * from './kafka-ports.ts';
export type { RestOptions } from './options.ts';
export * from './ports.ts';
export { createRestApi, type RestApi } from './rest-api.ts';
