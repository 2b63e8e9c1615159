import { RedisServer, unavailable } from '@millrace/connector-redis/testing';
import { acceptance } from '@millrace/sdk/testing';
import manifest from '../src/index.ts';
import { openEvents, openFailed } from './places.ts';

const modes = [
  { open: openFailed, options: { 'failed.jobs': 'keep' }, exactResume: true },
  { open: openFailed, options: { 'failed.jobs': 'remove' }, exactResume: false },
  { open: openEvents, options: {}, exactResume: true },
];

for (const { open, options, exactResume } of modes) {
  const server = new RedisServer();
  acceptance({
    manifest,
    unavailable,
    setup: async () => {
      await server.start();
    },
    teardown: () => server.close(),
    source: {
      class: 'BullMqSource',
      open: () => open(server, options),
      outage: {
        begin: () => server.kill(),
        end: async () => {
          await server.start();
        },
      },
      abilities: { exactResume },
    },
  });
}
