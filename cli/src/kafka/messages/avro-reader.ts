import type { Converter } from '@millrace/sdk';
import type { AvroReader } from './byte-formats.ts';

/** By the settings of a Connect converter, such as `schema.registry.url`; loads the converter when the first bytes may be Avro. */
export function createAvroReader(settings: { readonly [key: string]: string }): AvroReader {
  let converter: Converter | null = null;
  let loading: Promise<Converter> | null = null;
  return {
    learn(topic, bytes) {
      if (converter !== null) return converter.beforeToConnect?.(topic, bytes) ?? null;
      loading ??= load(settings);
      return loading.then(async (loaded) => {
        converter = loaded;
        await loaded.beforeToConnect?.(topic, bytes);
      });
    },
    read(topic, bytes) {
      if (converter === null) throw new Error('the schema was not learned');
      const { value, schema } = converter.toConnect(topic, bytes);
      const id = bytes.readInt32BE(1);
      return { value, schema: schema?.name === undefined ? `id ${id}` : `${schema.name}, id ${id}` };
    },
  };
}

async function load(settings: { readonly [key: string]: string }): Promise<Converter> {
  const [{ avroConverter }, { requireConfig }] = await Promise.all([
    import('@millrace/converters'),
    import('@millrace/foundation'),
  ]);
  return avroConverter.create(requireConfig(avroConverter.config, settings), false);
}
