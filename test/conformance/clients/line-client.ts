import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { skipping } from '../../support/index.ts';
import { runChild, TalkingChild } from './child.ts';
import {
  type GroupMember,
  type KafkaClient,
  type ReceivedRecord,
  SESSION_TIMEOUT_MS,
} from './kafka-client.ts';

/** Where `install.sh` beside this file puts programs and libraries of clients in other languages. */
export const CLIENTS_HOME = process.env.KAFKA_CLIENTS_HOME ?? join(homedir(), '.cache/millrace-clients');

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What has to be there, so that it can run. */
  readonly needs: string;
}

interface MemberLine {
  readonly assignment?: readonly number[];
  readonly value?: string | null;
}

/**
 * A client in another language, driven by a small program of ours that speaks JSON, one line each:
 *
 *     produce ADDRESS TOPIC CODEC                 takes an array of records
 *     consume ADDRESS TOPIC COUNT                 prints so many records
 *     join ADDRESS GROUP TOPIC SESSION_TIMEOUT_MS PROTOCOL prints {"assignment": [...]} and {"value": ...} until SIGTERM, then leaves
 */
export function lineClient({ name, command, args, needs }: Program): KafkaClient {
  return {
    name,
    unavailable: () =>
      existsSync(needs)
        ? undefined
        : skipping(`no ${name}: it is not installed (run test/conformance/clients/install.sh)`),
    async produce(address, topic, codec, records) {
      await runChild(command, [...args, 'produce', address, topic, codec], JSON.stringify(records));
    },
    async consume(address, topic, count) {
      const out = await runChild(command, [...args, 'consume', address, topic, String(count)]);
      return out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as ReceivedRecord);
    },
    async join(address, groupId, topic, protocol = 'classic'): Promise<GroupMember> {
      let assignment: readonly number[] = [];
      const values: string[] = [];
      const words = ['join', address, groupId, topic, String(SESSION_TIMEOUT_MS), protocol];
      const child = new TalkingChild(command, [...args, ...words], (line) => {
        if (!line.startsWith('{')) return;
        const said = JSON.parse(line) as MemberLine;
        if (said.assignment !== undefined) assignment = said.assignment.toSorted((a, b) => a - b);
        else values.push(said.value ?? '');
      });
      return {
        assignment: () => assignment,
        seen: () => values,
        leave: () => child.end('SIGTERM'),
        kill: () => child.end('SIGKILL'),
        pause: () => child.pause(),
        resume: () => child.resume(),
      };
    },
  };
}
