import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { answerOf } from './client/redis-error.ts';
import type { Argument, Command } from './write-commands.ts';

/** The commands of one record, and the offset behind it. */
export interface ScriptedWrite {
  readonly commands: readonly Command[];
  readonly next: number;
}

/** Where offsets lie, and with which epoch this task may move them. */
export interface OffsetPlace {
  readonly key: string;
  readonly field: string;
  readonly epoch: number;
  /** Of the topic that the offset is of from now on; null: as it says. */
  readonly topicId: string | null;
}

/** The first write that the server refused: those before it are written, it and those behind it are not. */
export interface RefusedWrite {
  readonly index: number;
  readonly answer: string;
}

/**
 * Writes records in order up to the first one that is refused, and moves the offset behind the last one written, all as one step that
 * nobody sees half of. KEYS[1] is the hash of offsets, the others are what is written to. Without a field there is no offset to move.
 */
const SCRIPT = `
local field, epoch, topic = ARGV[1], ARGV[2], ARGV[3]
if field ~= '' and redis.call('HGET', KEYS[1], field .. ':epoch') ~= epoch then
  return redis.error_reply('FENCED another task has taken over the partition')
end
local at, next, refused, answer = 5, nil, -1, nil
for index = 0, tonumber(ARGV[4]) - 1 do
  local commands = tonumber(ARGV[at + 1])
  local offset = ARGV[at]
  at = at + 2
  for _ = 1, commands do
    local count = tonumber(ARGV[at])
    local reply = redis.pcall(unpack(ARGV, at + 1, at + count))
    if type(reply) == 'table' and reply.err then
      refused, answer = index, reply.err
      break
    end
    at = at + count + 1
  end
  if refused >= 0 then break end
  next = offset
end
if field ~= '' and next then
  redis.call('HSET', KEYS[1], field, next)
  if topic ~= '' then redis.call('HSET', KEYS[1], field .. ':topic', topic) end
end
if refused >= 0 then return {refused, answer} end
return false
`;

const SHA = createHash('sha1').update(SCRIPT).digest('hex');

/** @throws the server's answer where nothing at all was written */
export async function runWrites(
  client: Redis,
  writes: readonly ScriptedWrite[],
  place: OffsetPlace | null,
): Promise<RefusedWrite | null> {
  const keys = new Set<string>();
  const { field = '', epoch = 0, topicId = null } = place ?? {};
  const args: Argument[] = [field, String(epoch), topicId ?? '', String(writes.length)];
  for (const { commands, next } of writes) {
    args.push(String(next), String(commands.length));
    for (const command of commands) {
      keys.add(command[1]);
      args.push(String(command.length), ...command);
    }
  }
  const first = place?.key ?? [...keys][0] ?? 'millrace';
  const all: Argument[] = [String(keys.size + 1), first, ...keys, ...args];
  const answer = await evaluate(client, all);
  if (!Array.isArray(answer)) return null;
  return { index: Number(answer[0]), answer: String(answer[1]) };
}

async function evaluate(client: Redis, args: readonly Argument[]): Promise<unknown> {
  try {
    return await client.call('EVALSHA', SHA, ...args);
  } catch (error) {
    if (answerOf(error) !== 'NOSCRIPT') throw error;
    return await client.call('EVAL', SCRIPT, ...args);
  }
}
