import { Metadata, status } from '@grpc/grpc-js';

/** The trailing metadata in which our code travels, beside gRPC's coarse status. */
export const codeKey = 'causeway-code';

/** A refusal or failure that a gRPC peer is told: gRPC's status, our stable code, a message fit for strangers. */
export class GrpcFailure extends Error {
  override readonly name = 'GrpcFailure';
  readonly status: status;
  readonly code: string;

  constructor(grpcStatus: status, code: string, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.status = grpcStatus;
    this.code = code;
  }
}

/** What grpc-js sends to a client when a handler fails with it. */
export interface GrpcStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

/** The one mapper of this edge. What is no `GrpcFailure` becomes INTERNAL and says nothing of itself. */
export function grpcStatusOf(error: unknown): GrpcStatus {
  const known = error instanceof GrpcFailure;
  const metadata = new Metadata();
  metadata.set(codeKey, known ? error.code : 'INTERNAL');
  return {
    code: known ? error.status : status.INTERNAL,
    details: known ? error.message : 'The service failed; its log says why.',
    metadata,
  };
}

/** Our code in the trailers of a failed call, `undefined` when it came from gRPC itself. */
export function causewayCodeOf(metadata: Metadata | undefined): string | undefined {
  const value = metadata?.get(codeKey)[0];
  return typeof value === 'string' ? value : undefined;
}
