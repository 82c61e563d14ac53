import type { SchemaName } from './schemas.js';

/** A call of the management API. */
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

/** One operation: what OpenAPI says of it, and what does it. */
export interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  /** Below the base, with `{name}` for parameters. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: SchemaName;
  readonly answer?: SchemaName;
  /** Whether an operator may do it with a key of its own; otherwise only the owner of the service. */
  readonly operators?: true;
  /** Statuses of success; 200 unless told. */
  readonly statuses?: readonly number[];
  handle(call: Call): Promise<Reply>;
}

export const pageQuery = {
  cursor: '`next` of the page before',
  limit: 'Most items, 1 to 200; 50 unless given',
} as const;

export const ok = (body: object): Reply => ({ status: 200, body });
