export {
  Connection,
  type ConnectionOptions,
  type RequestOptions,
  type ResponseCallback,
} from './connection.ts';
export { type NetworkErrorCode, networkError } from './network-error.ts';
export type { VersionRange, VersionTable } from './version-table.ts';
