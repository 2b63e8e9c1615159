// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface TopicRecord {
  readonly name: string;
  readonly topicId: Uuid;
}

export interface TopicRecordInit {
  readonly name: string;
  readonly topicId: Uuid;
}

function decodeTopicRecord(r: Reader, version: number): TopicRecord {
  const name_ = r.compactString();
  const topicId_ = r.uuid();
  r.skipTags();
  return {
    name: name_,
    topicId: topicId_,
  };
}

function encodeTopicRecord(w: Writer, version: number, value: TopicRecordInit): void {
  const name_: string = value.name;
  w.compactString(name_);
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  w.unsignedVarint(0);
}

export const topicRecord: StoredCodec<TopicRecord, TopicRecordInit> = {
  type: 2,
  name: 'TopicRecord',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('TopicRecord', version, 0, 0);
    return decodeTopicRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('TopicRecord', version, 0, 0);
    encodeTopicRecord(writer, version, value);
  },
};
