export { RedisServer, unavailable } from './redis-server.ts';
