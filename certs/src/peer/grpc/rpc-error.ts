import { causewayCodeOf } from '@causeway/platform';
import { type Metadata, type ServiceError, type status as Status, status } from '@grpc/grpc-js';

/** A call that the other side refused, or that did not reach it. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  /** A gRPC status. */
  readonly status: Status;
  /** The peer's own code (`causeway-code` of the trailing metadata), when it gave one. */
  readonly code: string | undefined;

  constructor(kind: Status, message: string, options: { code?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = kind;
    this.code = options.code;
  }

  /** Whatever a grpc-js call fails with, as one type. */
  static from(error: unknown): RpcError {
    if (error instanceof RpcError) return error;
    if (!isServiceError(error)) return new RpcError(status.UNKNOWN, 'the call failed', { cause: error });
    return new RpcError(error.code, plain(error.details), { code: causewayCodeOf(error.metadata), cause: error });
  }
}

/** What grpc-js puts around the reason why there is no connection helps nobody. */
function plain(details: string): string {
  return details.replace(/^No connection established\. Last error: (?:Error: )?|\s*Resolution note: *\.?$/g, '');
}

function isServiceError(error: unknown): error is ServiceError & { metadata?: Metadata } {
  return error instanceof Error && 'details' in error && 'code' in error && typeof error.code === 'number';
}
