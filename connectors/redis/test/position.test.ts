import { acceptance } from '@millrace/sdk/testing';
import manifest from '../src/index.ts';
import { RedisServer, unavailable } from '../src/testing/index.ts';
import { openSource } from './places.ts';

const server = new RedisServer();

acceptance({
  manifest,
  unavailable,
  setup: async () => {
    await server.start();
  },
  teardown: () => server.close(),
  source: {
    class: 'RedisSource',
    open: () => openSource(server, { 'read.mode': 'position' }),
    outage: {
      begin: () => server.kill(),
      end: async () => {
        await server.start();
      },
    },
    abilities: { deletes: true, exactResume: true },
  },
});
