import { join } from 'node:path';
import { CLIENTS_HOME, lineClient } from './line-client.ts';

const command = join(CLIENTS_HOME, 'go-clients');

/** franz-go: written from the protocol's definitions, newest versions first. */
export const franzGo = lineClient({ name: 'franz-go', command, args: ['franz'], needs: command });

/** Sarama, the older of Go's clients. */
export const sarama = lineClient({ name: 'sarama', command, args: ['sarama'], needs: command });
