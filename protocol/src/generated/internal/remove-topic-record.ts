// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Uuid } from '@millrace/foundation/types';
import type { StoredCodec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface RemoveTopicRecord {
  readonly topicId: Uuid;
}

export interface RemoveTopicRecordInit {
  readonly topicId: Uuid;
}

function decodeRemoveTopicRecord(r: Reader, version: number): RemoveTopicRecord {
  const topicId_ = r.uuid();
  r.skipTags();
  return {
    topicId: topicId_,
  };
}

function encodeRemoveTopicRecord(w: Writer, version: number, value: RemoveTopicRecordInit): void {
  const topicId_: Uuid = value.topicId;
  w.uuid(topicId_);
  w.unsignedVarint(0);
}

export const removeTopicRecord: StoredCodec<RemoveTopicRecord, RemoveTopicRecordInit> = {
  type: 9,
  name: 'RemoveTopicRecord',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('RemoveTopicRecord', version, 0, 0);
    return decodeRemoveTopicRecord(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('RemoveTopicRecord', version, 0, 0);
    encodeRemoveTopicRecord(writer, version, value);
  },
};
