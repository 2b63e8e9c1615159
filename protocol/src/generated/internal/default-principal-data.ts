// Generated from protocol/schemas by `node protocol/generator/main.ts`. Do not edit.
import type { Codec } from '../../codec/codec.ts';
import { checkVersion } from '../../codec/protocol-error.ts';
import type { Reader } from '../../codec/reader.ts';
import type { Writer } from '../../codec/writer.ts';

export interface DefaultPrincipalData {
  readonly type: string;
  readonly name: string;
  readonly tokenAuthenticated: boolean;
}

export interface DefaultPrincipalDataInit {
  readonly type: string;
  readonly name: string;
  readonly tokenAuthenticated: boolean;
}

function decodeDefaultPrincipalData(r: Reader, version: number): DefaultPrincipalData {
  const type_ = r.compactString();
  const name_ = r.compactString();
  const tokenAuthenticated_ = r.bool();
  r.skipTags();
  return {
    type: type_,
    name: name_,
    tokenAuthenticated: tokenAuthenticated_,
  };
}

function encodeDefaultPrincipalData(w: Writer, version: number, value: DefaultPrincipalDataInit): void {
  const type_: string = value.type;
  w.compactString(type_);
  const name_: string = value.name;
  w.compactString(name_);
  const tokenAuthenticated_: boolean = value.tokenAuthenticated;
  w.bool(tokenAuthenticated_);
  w.unsignedVarint(0);
}

export const defaultPrincipalData: Codec<DefaultPrincipalData, DefaultPrincipalDataInit> = {
  name: 'DefaultPrincipalData',
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 0,
  decode(reader, version) {
    checkVersion('DefaultPrincipalData', version, 0, 0);
    return decodeDefaultPrincipalData(reader, version);
  },
  encode(writer, version, value) {
    checkVersion('DefaultPrincipalData', version, 0, 0);
    encodeDefaultPrincipalData(writer, version, value);
  },
};
