import { MillraceError } from '@millrace/sdk';
import type { AvroJson } from './avro-node.ts';

export interface RegistryOptions {
  /** Tried in turn where one does not answer. */
  readonly urls: readonly string[];
  /** `user:password`; never in a message. */
  readonly userInfo: string | null;
  readonly timeoutMs: number;
}

export interface RegisteredSchema {
  readonly id: number;
  readonly schema: AvroJson;
}

/** What is read of one answer. */
const ANSWER_MAX_BYTES = 8 * 1024 * 1024;
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';

/**
 * A registry of schemas by Confluent's REST API.
 *
 * Errors of its methods: transient or throttled where it does not answer now, auth where it refuses the user, config where it
 * refuses the schema (with its own words) or knows none.
 */
export class SchemaRegistry {
  readonly #options: RegistryOptions;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** Registers a schema, or finds it where it is registered already. Answers its id. */
  async register(subject: string, schema: AvroJson): Promise<number> {
    const answer = await this.#ask(`/subjects/${encodeURIComponent(subject)}/versions`, subject, {
      schema: JSON.stringify(schema),
    });
    return idOf(answer);
  }

  /** The id of a schema that somebody else has registered. */
  async lookUp(subject: string, schema: AvroJson): Promise<number> {
    const answer = await this.#ask(`/subjects/${encodeURIComponent(subject)}`, subject, {
      schema: JSON.stringify(schema),
    });
    return idOf(answer);
  }

  /** The newest schema of a subject. */
  async latest(subject: string): Promise<RegisteredSchema> {
    const answer = await this.#ask(`/subjects/${encodeURIComponent(subject)}/versions/latest`, subject);
    return { id: idOf(answer), schema: schemaOf(answer) };
  }

  async byId(id: number): Promise<AvroJson> {
    return schemaOf(await this.#ask(`/schemas/ids/${id}`, `id ${id}`));
  }

  async #ask(path: string, what: string, body?: object): Promise<Record<string, unknown>> {
    let failure: MillraceError | undefined;
    for (const url of this.#options.urls) {
      try {
        return await this.#askOne(url, path, what, body);
      } catch (error) {
        if (!(error instanceof MillraceError) || error.class !== 'transient') throw error;
        failure = error;
      }
    }
    throw failure ?? unreachable('no schema.registry.url is given');
  }

  async #askOne(url: string, path: string, what: string, body?: object): Promise<Record<string, unknown>> {
    const at = new URL(url);
    const userInfo =
      this.#options.userInfo ??
      (at.username === '' ? null : decodeURIComponent(`${at.username}:${at.password}`));
    const base = `${at.origin}${at.pathname.replace(/\/$/, '')}`;
    let status: number;
    let text: string;
    try {
      const response = await fetch(base + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          accept: `${MEDIA_TYPE}, application/json`,
          ...(body === undefined ? {} : { 'content-type': MEDIA_TYPE }),
          ...(userInfo === null
            ? {}
            : { authorization: `Basic ${Buffer.from(userInfo).toString('base64')}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(this.#options.timeoutMs),
        redirect: 'error',
      });
      status = response.status;
      text = await boundedText(response);
    } catch (error) {
      throw unreachable(`${at.host}: ${causeOf(error)}`);
    }
    const answer = jsonOf(text);
    if (status >= 200 && status < 300 && answer !== null) return answer;
    throw refusal(status, what, typeof answer?.message === 'string' ? answer.message : '');
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > ANSWER_MAX_BYTES) throw new Error(`its answer has more than ${ANSWER_MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function jsonOf(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function idOf({ id }: Record<string, unknown>): number {
  if (Number.isSafeInteger(id)) return id as number;
  throw unreachable('its answer has no id');
}

function schemaOf({ schema, schemaType }: Record<string, unknown>): AvroJson {
  if (schemaType !== undefined && schemaType !== 'AVRO') {
    throw new MillraceError(`The schema is of type ${String(schemaType).slice(0, 20)} and not of Avro.`, {
      code: 'SCHEMA_NOT_AVRO',
      class: 'poison',
      hint: 'Use the converter that the topic was written with.',
    });
  }
  const parsed = typeof schema === 'string' ? parsedSchema(schema) : undefined;
  if (parsed !== undefined) return parsed;
  throw unreachable('its answer has no schema');
}

/** Registries give a primitive type back with quotes or without. */
function parsedSchema(text: string): AvroJson | undefined {
  if (/^\w+$/.test(text)) return text;
  try {
    return JSON.parse(text) as AvroJson;
  } catch {
    return undefined;
  }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError') return 'it did not answer in time';
  const code = (error.cause as { readonly code?: string } | undefined)?.code;
  return code ?? error.message;
}

const unreachable = (why: string) =>
  new MillraceError(`The schema registry gives no answer (${why}).`, {
    code: 'SCHEMA_REGISTRY_UNREACHABLE',
    class: 'transient',
    hint: 'See that schema.registry.url is right and that the registry runs.',
    path: 'schema.registry.url',
  });

function refusal(status: number, what: string, message: string): MillraceError {
  const words = message === '' ? '' : `: ${message.slice(0, 1_000).replace(/\.$/, '')}`;
  if (status === 401 || status === 403) {
    return new MillraceError(`The schema registry refuses the user (${status}).`, {
      code: 'SCHEMA_REGISTRY_REFUSED',
      class: 'auth',
      hint: 'Correct basic.auth.user.info, or give the user what it needs.',
      path: 'basic.auth.user.info',
    });
  }
  if (status === 404) {
    return new MillraceError(`The schema registry knows no schema for ${what}${words}.`, {
      code: 'SCHEMA_NOT_FOUND',
      class: 'config',
      hint: 'Register it, or set auto.register.schemas=true; see that it is the registry that the topic was written with.',
    });
  }
  if (status === 409 || status === 422 || status === 400) {
    return new MillraceError(`The schema registry refuses the schema of ${what} (${status})${words}.`, {
      code: status === 409 ? 'SCHEMA_INCOMPATIBLE' : 'SCHEMA_REFUSED',
      class: 'config',
      hint: 'Make the change of the schema compatible, or set the compatibility of the subject in the registry.',
    });
  }
  return new MillraceError(`The schema registry answers ${status}${words}.`, {
    code: 'SCHEMA_REGISTRY_FAILED',
    class: status === 429 ? 'throttled' : 'transient',
    hint: 'See the log of the registry.',
  });
}
