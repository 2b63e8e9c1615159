/**
 * One consumer of a work queue, as a process of its own that may be killed at any time. It notes in its file what it is given (D), what it
 * is about to accept (I), what the broker has confirmed (O), and of what nobody knows whether it has (U): partition, offset and delivery
 * count of each job; and that it was not killed (E). What it is given takes it `workMs`.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as passed } from 'node:timers/promises';
import { createShareConsumer, type ShareRecord } from '@millrace/client';
import type { MillraceError } from '@millrace/foundation';
import { JOBS_AT_ONCE } from './journal.ts';

const [bootstrap = '', topic = '', groupId = '', file = '', seed = '1', workMs = '0'] = process.argv.slice(2);
const POLL_MS = 500;
/** After these it was not accepted. */
const refusals = new Set([
  'INVALID_RECORD_STATE',
  'SHARE_SESSION_NOT_FOUND',
  'INVALID_SHARE_SESSION_EPOCH',
  'NOT_LEADER_OR_FOLLOWER',
]);
/** Of the jobs that are given back, to be done by somebody else. */
const RELEASED_SHARE = 0.02;

let state = Number(seed) >>> 0;
function chance(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 4_294_967_296;
}

const note = (what: 'D' | 'I' | 'O' | 'U', records: readonly ShareRecord[]): void => {
  if (records.length === 0) return;
  const lines = records.map(
    ({ partition, offset, deliveryCount }) => `${what} ${partition} ${offset} ${deliveryCount}`,
  );
  appendFileSync(file, `${lines.join('\n')}\n`);
};

const consumer = createShareConsumer({
  bootstrapServers: bootstrap.split(','),
  groupId,
  acknowledgementMode: 'explicit',
  acquireMode: 'record_limit',
  maxPollRecords: JOBS_AT_ONCE,
});
consumer.subscribe([topic]);
process.once('SIGTERM', () => consumer.wakeup());
let isEnding = false;
process.once('SIGTERM', () => {
  isEnding = true;
});
while (!isEnding) {
  const records = await consumer.poll(POLL_MS).catch(() => []);
  note('D', records);
  if (Number(workMs) > 0) await passed(Number(workMs));
  const accepted = records.filter(() => chance() >= RELEASED_SHARE);
  const isAccepted = new Set(accepted);
  note('I', accepted);
  for (const record of records) consumer.acknowledge(record, isAccepted.has(record) ? 'accept' : 'release');
  for (const { partition, offsets, error } of await consumer.commit()) {
    const told = new Set(offsets);
    if (error !== null && !isUnknown(error)) continue;
    note(
      error === null ? 'O' : 'U',
      accepted.filter((record) => record.partition === partition && told.has(record.offset)),
    );
  }
}
await consumer.close();
appendFileSync(file, 'E\n');

/** Whether it may have been stored without anybody hearing of it. */
function isUnknown({ class: kind, code }: MillraceError): boolean {
  return kind === 'transient' && !refusals.has(code);
}
