import {
  type Converter,
  type ConverterPlugin,
  defineConfig,
  defineConverter,
  kindOf,
  Misfit,
  type SchemaType,
} from '@millrace/sdk';
import { poison } from './poison.ts';

/** One of Kafka's number serializers: big-endian, of a fixed length. */
interface NumberForm {
  readonly name: 'Boolean' | 'Short' | 'Integer' | 'Long' | 'Float' | 'Double';
  readonly type: SchemaType;
  readonly lengthBytes: number;
  /** @throws {Misfit} */
  readonly write: (value: unknown) => Buffer;
  /** @throws {Misfit} */
  readonly read: (bytes: Buffer) => unknown;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

const booleans: NumberForm = {
  name: 'Boolean',
  type: 'boolean',
  lengthBytes: 1,
  write: (value) => {
    if (typeof value !== 'boolean') throw new Misfit(`it is ${kindOf(value)}`);
    return Buffer.from([value ? 1 : 0]);
  },
  read: (bytes) => {
    if (bytes[0] !== 0 && bytes[0] !== 1) throw new Misfit('its byte is neither 0 nor 1');
    return bytes[0] === 1;
  },
};

const shorts: NumberForm = {
  name: 'Short',
  type: 'int16',
  lengthBytes: 2,
  write: (value) => {
    const bytes = Buffer.allocUnsafe(2);
    bytes.writeInt16BE(whole(value, -0x8000, 0x7fff));
    return bytes;
  },
  read: (bytes) => bytes.readInt16BE(),
};

const integers: NumberForm = {
  name: 'Integer',
  type: 'int32',
  lengthBytes: 4,
  write: (value) => {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(whole(value, -0x8000_0000, 0x7fff_ffff));
    return bytes;
  },
  read: (bytes) => bytes.readInt32BE(),
};

const longs: NumberForm = {
  name: 'Long',
  type: 'int64',
  lengthBytes: 8,
  write: (value) => {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(long(value));
    return bytes;
  },
  read: (bytes) => {
    const exact = bytes.readBigInt64BE();
    const number = Number(exact);
    return Number.isSafeInteger(number) ? number : exact;
  },
};

const floats: NumberForm = {
  name: 'Float',
  type: 'float',
  lengthBytes: 4,
  write: (value) => {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeFloatBE(floating(value));
    return bytes;
  },
  read: (bytes) => bytes.readFloatBE(),
};

const doubles: NumberForm = {
  name: 'Double',
  type: 'double',
  lengthBytes: 8,
  write: (value) => {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleBE(floating(value));
    return bytes;
  },
  read: (bytes) => bytes.readDoubleBE(),
};

/** Kafka Connect's converters of single numbers and booleans, in the bytes of Kafka's serializers. */
export const numberConverters = [booleans, shorts, integers, longs, floats, doubles].map(numberConverter);

function numberConverter(form: NumberForm): ConverterPlugin<Record<string, never>> {
  const name = `${form.name}Converter`;
  return defineConverter({
    class: name,
    aliases: [`org.apache.kafka.connect.converters.${name}`],
    version: '0.1.0',
    docs: `${form.type} in ${form.lengthBytes} bytes, as Kafka's ${form.name}Serializer writes it; a null is a null.`,
    config: defineConfig({}),
    create: (): Converter => ({
      fromConnect: (topic, _schema, value) => {
        if (value === null || value === undefined) return null;
        return guarded(name, `can't write a value of topic ${topic}`, form, () => form.write(value));
      },
      toConnect: (topic, bytes) => {
        const schema = { type: form.type, optional: true };
        if (bytes === null) return { value: null, schema };
        const value = guarded(name, `can't read a value of topic ${topic}`, form, () => {
          if (bytes.length !== form.lengthBytes)
            throw new Misfit(`it has ${bytes.length} bytes, not ${form.lengthBytes}`);
          return form.read(bytes);
        });
        return { value, schema };
      },
    }),
  });
}

function guarded<T>(name: string, what: string, form: NumberForm, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    const hint = `${name} is for single values of type ${form.type}; use the converter that fits the topic.`;
    throw poison(`${name} ${what}`, { code: 'VALUE_NOT_OF_TYPE', hint }, error);
  }
}

function whole(value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new Misfit(`it is ${kindOf(value)}`);
  if (value < min || value > max) throw new Misfit('it is out of range');
  return value;
}

function long(value: unknown): bigint {
  const exact = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof exact !== 'bigint') throw new Misfit(`it is ${kindOf(value)}`);
  if (exact < INT64_MIN || exact > INT64_MAX) throw new Misfit('it is out of range');
  return exact;
}

function floating(value: unknown): number {
  if (typeof value !== 'number') throw new Misfit(`it is ${kindOf(value)}`);
  return value;
}
