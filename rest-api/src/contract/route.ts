import type { Static, TSchema, Type } from 'typebox';

/** TypeBox's builders, handed to a route's schemas when they are first needed. */
export type Builders = typeof Type;

/** What a caller must be allowed to do. Kafka's operations, on Kafka Connect's things. */
export interface Need {
  readonly operation: 'DESCRIBE' | 'READ' | 'WRITE' | 'CREATE' | 'ALTER' | 'DELETE';
  readonly resource: 'cluster' | 'connector' | 'plugin' | 'topic' | 'group' | 'ui';
  /** Where the request names the resource; not given where the route is about all of its kind. */
  readonly named?: `params.${string}` | `body.${string}`;
}

export interface RouteSchemas {
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** Success bodies by status; `t.Null()` stands for none. Errors have one shape everywhere: `errorBody`. */
  readonly replies: { readonly [status: number]: TSchema };
}

/**
 * One operation of the API: the server registers it, OpenAPI lists it, the UI calls it.
 *
 * The schemas are a function of the builders, because importing TypeBox costs more time than all the rest of
 * the start: the server calls it at the first request that has something to validate, the UI never.
 */
export interface Route<S extends RouteSchemas = RouteSchemas> {
  readonly operationId: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with `:name` parameters. */
  readonly url: string;
  readonly summary: string;
  readonly tag:
    | 'connectors'
    | 'plugins'
    | 'server'
    | 'live'
    | 'cluster'
    | 'topics'
    | 'groups'
    | 'share groups'
    | 'metrics';
  readonly needs: Need;
  /** Statuses of refusals that callers should expect, besides 400, 403 and 500. */
  readonly refusals?: readonly number[];
  /**
   * Whether numbers of the body stay numbers. Left out they become their text, digit for digit, since config values are text.
   */
  readonly numbers?: 'kept';
  /** Whether something of the query must be there: else a request without one is not looked at. */
  readonly query?: 'required';
  readonly schemas: (t: Builders) => S;
}

export function route<const S extends RouteSchemas>(definition: Route<S>): Route<S> {
  return definition;
}

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** The type of a schema-making function's values. */
export type Of<Make extends (t: Builders) => TSchema> = DeepReadonly<Static<ReturnType<Make>>>;

type SchemasOf<R extends Route> = ReturnType<R['schemas']>;

type StaticOr<S, Otherwise> = S extends TSchema ? DeepReadonly<Static<S>> : Otherwise;

type Part<R extends Route, Name extends string> = Name extends keyof SchemasOf<R>
  ? StaticOr<SchemasOf<R>[Name], undefined>
  : undefined;

export type ParamsOf<R extends Route> = Part<R, 'params'>;
export type QueryOf<R extends Route> = Part<R, 'query'>;
export type BodyOf<R extends Route> = Part<R, 'body'>;

/** A union of `{status, body}`, one member for each success status. */
export type ReplyOf<R extends Route> = {
  [Status in keyof SchemasOf<R>['replies'] & number]: {
    readonly status: Status;
    readonly body: StaticOr<SchemasOf<R>['replies'][Status], null>;
    readonly location?: string;
    readonly etag?: string;
  };
}[keyof SchemasOf<R>['replies'] & number];

/** The body of any success. */
export type ReplyBodyOf<R extends Route> = ReplyOf<R>['body'];
