import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Member } from '../chaos/processes.ts';
import { freePort } from '../support/index.ts';
import { startKafkaPeer } from '../support/kafka-peer.ts';
import { recordResult, summaryOf } from './result-line.ts';
import { runTakeovers } from './takeover-run.ts';

const USAGE = `usage: npm run takeover -- [--rounds 5] [--session-timeout-ms 10000] [--kafka] [--no-record]
Three workers; each round kills the leader and another one, and ends both in order, and looks when their tasks run elsewhere. On a
broker of ours, or on Apache Kafka. A line with the figures is added to docs/reliability.md unless --no-record is given.`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    'session-timeout-ms': { type: 'string', default: '10000' },
    kafka: { type: 'boolean', default: false },
    'no-record': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(`${USAGE}\n`);
else
  await main().catch((error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  });

async function main(): Promise<void> {
  const [rounds, sessionTimeoutMs] = [Number(values.rounds), Number(values['session-timeout-ms'])];
  if (!(rounds >= 1) || !(sessionTimeoutMs >= 1)) throw new Error(USAGE);
  const folder = mkdtempSync(join(tmpdir(), 'takeover-'));
  const broker = values.kafka ? await startKafkaPeer({ longRun: true }) : await startOwn(folder);
  try {
    const say = (line: string) => void process.stdout.write(`${line}\n`);
    const { bootstrapServers } = broker;
    const report = await runTakeovers({
      bootstrapServers,
      folder,
      name: 'takeover',
      rounds,
      sessionTimeoutMs,
      say,
    });
    say(summaryOf(report));
    for (const violation of report.violations) say(`WRONG  ${violation}`);
    if (report.violations.length > 0) {
      process.exitCode = 1;
      say(`journals and logs are kept in ${folder}`);
    } else rmSync(folder, { recursive: true, force: true });
    const command = `npm run takeover -- --rounds ${rounds} --session-timeout-ms ${sessionTimeoutMs}`;
    if (!values['no-record']) recordResult(values.kafka ? `${command} --kafka` : command, report);
  } finally {
    await broker.stop();
  }
}

async function startOwn(folder: string) {
  const [port, controllerPort] = [await freePort(), await freePort()];
  const broker = new Member('broker', {
    name: 'broker',
    folder,
    config: {
      'node.id': 1,
      'process.roles': 'broker,controller',
      'controller.listener.names': 'CONTROLLER',
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      'log.dirs': join(folder, 'log'),
    },
  });
  broker.start();
  await broker.ready();
  return { bootstrapServers: [`127.0.0.1:${port}`], stop: () => broker.end('SIGTERM') };
}
