import { homedir } from 'node:os';
import { join } from 'node:path';
import { QUICK_JVM } from '../../support/kafka-peer.ts';
import { TalkingChild } from '../clients/child.ts';

/** What a line begins with that is one: JVM and tools print others. */
const ANSWER = 'answer\t';
const ANSWER_TIMEOUT_MS = 60_000;

/** What a tool said, and how it ended. */
export interface ToolRun {
  readonly exitCode: number;
  readonly printed: string;
}

/** Apache Kafka's command line tools, unchanged, in one JVM. */
export class ToolRunner {
  readonly #child: TalkingChild;
  #answer: ((line: string) => void) | undefined;

  constructor() {
    const libs = join(process.env.KAFKA_PEER_HOME ?? join(homedir(), '.cache/kafka-peer'), 'libs/*');
    const program = join(import.meta.dirname, 'ToolRunner.java');
    this.#child = new TalkingChild('java', ['-Xmx256M', QUICK_JVM, '-cp', libs, program], (line) => {
      if (line.startsWith(ANSWER)) this.#answer?.(line.slice(ANSWER.length));
    });
  }

  /** One tool at a time, by the class that its script starts. */
  async run(tool: string, ...args: readonly string[]): Promise<ToolRun> {
    const answered = new Promise<string>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${tool} did not end in ${ANSWER_TIMEOUT_MS} ms`)),
        ANSWER_TIMEOUT_MS,
      );
      this.#answer = (line) => {
        clearTimeout(timer);
        resolve(line);
      };
    });
    this.#child.say(`${[tool, ...args].join('\t')}\n`);
    const [code = '', text = ''] = (await answered).split('\t');
    return { exitCode: Number(code), printed: Buffer.from(text, 'base64').toString() };
  }

  close(): Promise<void> {
    return this.#child.end('SIGKILL');
  }
}
