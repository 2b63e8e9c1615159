import { acceptance } from '@millrace/sdk/testing';
import manifest from '../src/index.ts';
import { RedisServer, unavailable } from '../src/testing/index.ts';
import { openSink, openSource, UNREACHABLE } from './places.ts';

const server = new RedisServer();
const outage = {
  begin: () => server.halt(),
  end: async () => {
    await server.start();
  },
};

acceptance({
  manifest,
  unavailable,
  setup: async () => {
    await server.start();
  },
  teardown: () => server.close(),
  source: {
    class: 'RedisSource',
    open: () => openSource(server),
    outage,
    abilities: { deletes: true },
    refusals: [
      {
        what: 'an address that is none',
        options: { 'connection.uri': 'localhost:6379' },
        key: 'connection.uri',
      },
      { what: 'an address without server', options: UNREACHABLE, key: 'connection.uri' },
      {
        what: 'a password that is wrong',
        options: { 'connection.user': 'nobody', 'connection.password': 'x' },
        key: 'connection.password',
      },
      { what: 'a start at no place', options: { 'start.from': 'soon' }, key: 'start.from' },
      { what: 'a topic that is none', options: { topic: 'a b' }, key: 'topic' },
    ],
  },
  sink: {
    class: 'RedisSink',
    open: () => openSink(server),
    outage,
    abilities: { keeps: 'last', idempotent: true, tombstones: 'delete' },
    exactlyOnce: { 'delivery.guarantee': 'exactly_once' },
    refusals: [
      { what: 'an address that is none', options: { 'connection.uri': 'localhost' }, key: 'connection.uri' },
      { what: 'an address without server', options: UNREACHABLE, key: 'connection.uri' },
      {
        what: 'a database that is not there',
        options: { 'connection.uri': 'redis://127.0.0.1:1/x' },
        key: 'connection.uri',
      },
      { what: 'a template that nothing fills in', options: { key: `\${time}` }, key: 'key' },
      { what: 'one key for all records', options: { key: `\${topic}` }, key: 'key' },
    ],
  },
});
