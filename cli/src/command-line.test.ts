import { expect, test } from 'vitest';
import { parseCommandLine } from './command-line.ts';
import { REMOTE_COMMANDS } from './remote/command-names.ts';

test('dev has defaults for everything', () => {
  expect(parseCommandLine(['dev'])).toEqual({
    kind: 'dev',
    options: {
      dataDir: '.millrace',
      kafkaPort: 9092,
      httpPort: 8083,
      demo: true,
      brokers: null,
      overrides: [],
      logLevel: 'warn',
    },
  });
});

test('dev takes its options', () => {
  const line = [
    'dev',
    '--data-dir',
    'd',
    '--kafka-port',
    '0',
    '--http-port=1',
    '--no-demo',
    '--set',
    'a.b=c=d',
  ];
  expect(parseCommandLine(line)).toMatchObject({
    options: { dataDir: 'd', kafkaPort: 0, httpPort: 1, demo: false, overrides: [['a.b', 'c=d']] },
  });
});

test.each([['broker'], ['worker']])('%s takes a config file and overrides', (command) => {
  expect(parseCommandLine([command, '--config', 'f', '--set', 'x=', '--log-level', 'debug'])).toEqual({
    kind: command,
    options: { configFile: 'f', overrides: [['x', '']], logLevel: 'debug' },
  });
});

test.each([
  [['fly'], 'There is no command "fly".'],
  [['dev', '--kafka-port', '70000'], '--kafka-port must be a port from 0 to 65535, not "70000".'],
  [['dev', '--http-port', '-1'], /http-port/],
  [['dev', '--colour'], /--colour/],
  [['dev', 'stray'], /stray/],
  [['worker', '--set', 'novalue'], '--set takes KEY=VALUE, not "novalue".'],
  [['broker', '--log-level', 'loud'], /--log-level must be one of/],
])('says what is wrong with %j', (line, message) => {
  const parsed = parseCommandLine(line);
  expect(parsed.kind).toBe('wrong');
  expect((parsed as { message: string }).message).toMatch(message);
});

test.each([
  [['cluster', 'fly'], /has no "fly"; it has status, roll/],
  [['cluster', 'status', '--restart', 'x'], /--restart/],
  [['cluster', 'roll', '--timeout-s', '0'], /--timeout-s must be a whole number/],
  [['dev', '--brokers', 'many'], '--brokers must be a whole number from 1 to 9, not "many".'],
])('says what is wrong with %j of a cluster', (line, message) => {
  const parsed = parseCommandLine(line);
  expect(parsed.kind).toBe('wrong');
  expect((parsed as { message: string }).message).toMatch(message);
});

test('cluster asks a worker, and its acts ask the brokers', () => {
  expect(parseCommandLine(['cluster', '--json'])).toMatchObject({ kind: 'remote', args: ['--json'] });
  expect(parseCommandLine(['cluster', 'status', '--bootstrap-server', 'a:1, b:2'])).toMatchObject({
    kind: 'cluster-status',
    options: { bootstrapServers: ['a:1', 'b:2'], dataDir: '.millrace', json: false },
  });
  expect(parseCommandLine(['cluster', 'roll', '--restart', 'r {id}', '--timeout-s', '5'])).toMatchObject({
    kind: 'cluster-roll',
    options: { bootstrapServers: null, restartCommand: 'r {id}', timeoutMs: 5_000 },
  });
});

test.each([[[]], [['--help']], [['dev', '--help']], [['help']]])('%j asks for help', (line) => {
  expect(parseCommandLine(line).kind).toBe('help');
});

test.each(REMOTE_COMMANDS)('%s is handed on as it is, its options too', (command) => {
  expect(parseCommandLine([command, '--help'])).toEqual({ kind: 'remote', command, args: ['--help'] });
});
