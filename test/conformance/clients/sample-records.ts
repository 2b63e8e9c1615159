import type { Codec, SentRecord } from './kafka-client.ts';

const LARGE_CHARACTERS = 900_000;

/** Records that each client can send and print: one line each, and no tab. `from` marks who sent them. */
export function sampleRecords(from: string, codec: Codec): SentRecord[] {
  const id = `${from} ${codec}`;
  const headers = { 'sent-by': id, größe: 'ñ 大 🎏' };
  return [
    { key: `${id} plain`, value: 'value', headers: {} },
    { key: `${id} ключ 鍵 🗝`, value: 'значение 値 🎉', headers: {} },
    { key: null, value: `${id} without a key`, headers: {} },
    { key: `${id} tombstone`, value: null, headers: {} },
    { key: `${id} headers`, value: 'with headers', headers },
    { key: `${id} large`, value: large(id), headers: {} },
  ];
}

/** Text that no codec shrinks to nothing. */
function large(seed: string): string {
  let state = [...seed].reduce((sum, character) => sum * 31 + (character.codePointAt(0) ?? 0), 7) >>> 0;
  const words: string[] = [];
  for (let length = 0; length < LARGE_CHARACTERS; length += 8) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words.push(state.toString(16).padStart(8, '0'));
  }
  return words.join('').slice(0, LARGE_CHARACTERS);
}
