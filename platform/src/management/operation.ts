/** A call of a management API. */
export interface Call {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** As parsed; the operation reads it by its schema. */
  readonly body: unknown;
  /** Whose key was shown. */
  readonly operator: string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

export type Reply =
  | { readonly status: number; readonly body: object }
  | { readonly status: number; readonly bytes: Uint8Array };

/** One operation: what OpenAPI says of it, and what does it. `Schema`: the names of the service's schemas. */
export interface Operation<Schema extends string = string> {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  /** Below the base, with `{name}` for parameters. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Schema;
  readonly answer?: Schema;
  /** Whether an operator may do it with a key of its own; otherwise only the owner of the service. */
  readonly operators?: true;
  /** Statuses of success; 200 unless told. */
  readonly statuses?: readonly number[];
  handle(call: Call): Promise<Reply>;
}

export const ok = (body: object): Reply => ({ status: 200, body });
