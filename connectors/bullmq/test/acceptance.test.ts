import { RedisServer, unavailable } from '@millrace/connector-redis/testing';
import { acceptance } from '@millrace/sdk/testing';
import manifest from '../src/index.ts';
import { openJobs, openSink, UNREACHABLE } from './places.ts';

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
    class: 'BullMqSource',
    open: () => openJobs(server),
    outage,
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
      { what: 'a queue that is none', options: { queue: 'a:b' }, key: 'queue' },
      { what: 'a topic that is none', options: { topic: 'a b' }, key: 'topic' },
    ],
  },
  sink: {
    class: 'BullMqSink',
    open: () => openSink(server),
    outage,
    abilities: { keeps: 'all', idempotent: true, tombstones: 'skip' },
    // The suite gives other records the same place, which is where an id usually comes from.
    exactlyOnce: { 'delivery.guarantee': 'exactly_once', 'job.id': 'auto' },
    refusals: [
      { what: 'an address that is none', options: { 'connection.uri': 'localhost' }, key: 'connection.uri' },
      { what: 'an address without server', options: UNREACHABLE, key: 'connection.uri' },
      { what: 'a template that nothing fills in', options: { 'job.id': `\${time}` }, key: 'job.id' },
      {
        what: 'removals of jobs that no tombstone can name',
        options: { 'behavior.on.null.values': 'remove' },
        key: 'behavior.on.null.values',
      },
      { what: 'a priority beyond the last', options: { priority: '2097153' }, key: 'priority' },
    ],
  },
});
