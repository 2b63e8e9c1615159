import type { ConfigResourceImage, ConfigResourceType, ConfigsImage } from './image.ts';

/** ConfigResource.Type's numbers, on the wire and in ConfigRecord. */
export const configResourceTypeIds: Readonly<Record<ConfigResourceType, number>> = {
  topic: 2,
  broker: 4,
  'broker-logger': 8,
  'client-metrics': 16,
  group: 32,
};

const byId = new Map<number, ConfigResourceType>(
  Object.entries(configResourceTypeIds).map(([type, id]) => [id, type as ConfigResourceType]),
);

/** Undefined for a number that stands for nothing. */
export function configResourceTypeOf(id: number): ConfigResourceType | undefined {
  return byId.get(id);
}

/** Configs by resource; unchanged resources are shared between images. */
export class ConfigResources implements ConfigsImage {
  readonly #resources: ReadonlyMap<string, ConfigResourceImage>;

  constructor(resources: Iterable<ConfigResourceImage> = []) {
    this.#resources = new Map(
      [...resources].map((resource) => [keyOf(resource.type, resource.name), resource]),
    );
  }

  get(type: ConfigResourceType, name: string): ReadonlyMap<string, string> | undefined {
    return this.#resources.get(keyOf(type, name))?.values;
  }

  resources(): Iterable<ConfigResourceImage> {
    return this.#resources.values();
  }
}

/** Collects changes to configs; what was shared is copied once. */
export class ConfigResourcesDraft {
  readonly #resources = new Map<string, ConfigResourceImage>();
  readonly #copied = new Map<string, Map<string, string>>();
  #changed = false;

  constructor(base: ConfigsImage) {
    for (const resource of base.resources())
      this.#resources.set(keyOf(resource.type, resource.name), resource);
  }

  set(type: ConfigResourceType, name: string, key: string, value: string | null): void {
    const at = keyOf(type, name);
    let values = this.#copied.get(at);
    if (!values) {
      values = new Map(this.#resources.get(at)?.values);
      this.#copied.set(at, values);
    }
    if (value === null) values.delete(key);
    else values.set(key, value);
    if (values.size === 0) this.#resources.delete(at);
    else this.#resources.set(at, { type, name, values });
    this.#changed = true;
  }

  remove(type: ConfigResourceType, name: string): void {
    const at = keyOf(type, name);
    this.#copied.delete(at);
    if (this.#resources.delete(at)) this.#changed = true;
  }

  finish(base: ConfigsImage): ConfigsImage {
    return this.#changed ? new ConfigResources(this.#resources.values()) : base;
  }
}

function keyOf(type: ConfigResourceType, name: string): string {
  return `${type}:${name}`;
}
