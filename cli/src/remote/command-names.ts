/**
 * Commands that ask a worker. Their options are read where they are defined: no other command waits for loading them.
 */
export const REMOTE_COMMANDS = [
  ...['connectors', 'dead-letters', 'topics', 'groups', 'share-groups', 'workers', 'loggers'],
  ...['produce', 'consume', 'tail', 'cluster', 'doctor'],
] as const;

export type RemoteCommandName = (typeof REMOTE_COMMANDS)[number];
