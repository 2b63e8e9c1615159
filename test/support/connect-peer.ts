import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ChildOutput, endChild } from './child-output.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { kafkaPeerScript, QUICK_JVM } from './kafka-peer.ts';

const START_TIMEOUT_MS = 120_000;

/** A worker of Apache Kafka's Connect that is alone, with its offsets in a file. */
export interface StandaloneConnectPeer {
  /** Of its REST API, without a slash at the end. */
  readonly url: string;
  /** Ends it and removes what it kept. */
  stop(): Promise<void>;
}

/**
 * Starts one standalone worker of Kafka Connect with the file connectors and no connector. It takes some 6 s; `kafkaPeerSkipReason`
 * says whether it can be had.
 */
export async function startStandaloneConnect(options: {
  readonly bootstrapServers: readonly string[];
  /** More lines of its configuration. */
  readonly config?: Readonly<Record<string, string>>;
}): Promise<StandaloneConnectPeer> {
  const home = process.env.KAFKA_PEER_HOME ?? join(homedir(), '.cache/kafka-peer');
  const folder = await mkdtemp(join(tmpdir(), 'connect-standalone-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const config = {
    'bootstrap.servers': options.bootstrapServers.join(','),
    listeners: url,
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'offset.storage.file.filename': join(folder, 'offsets'),
    'plugin.path': join(home, 'plugins'),
    ...options.config,
  };
  const file = join(folder, 'worker.properties');
  await writeFile(
    file,
    Object.entries(config)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const child = spawn(
    'java',
    [
      ...['-Xms128M', '-Xmx512M', QUICK_JVM, '-cp', join(home, 'libs/*')],
      `-Dlog4j2.configurationFile=${join(dirname(kafkaPeerScript('connect.sh')), 'log4j2.yaml')}`,
      `-Dpeer.log.file=${join(folder, 'worker.log')}`,
      ...['org.apache.kafka.connect.cli.ConnectStandalone', file],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output = new ChildOutput(child);
  const stop = async () => {
    await endChild(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const answers = () =>
      fetch(`${url}/connectors`).then(
        ({ ok }) => ok,
        () => child.exitCode !== null,
      );
    await eventually(answers, { what: `Kafka Connect at ${url}`, timeoutMs: START_TIMEOUT_MS });
    if (child.exitCode !== null)
      throw new Error(`Kafka Connect ended with ${child.exitCode}: ${output.text}`);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
