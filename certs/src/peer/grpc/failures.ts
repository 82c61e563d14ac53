import { GrpcFailure, type GrpcStatus, grpcStatusOf, type Logger } from '@causeway/platform';
import { status } from '@grpc/grpc-js';
import { TrustError } from '../errors.js';

/** The one place where what a handler throws becomes what its caller sees. Nothing internal travels. */
export function statusOf(error: unknown, path: string, log: Logger): GrpcStatus {
  if (error instanceof TrustError) {
    const kind = error.code === 'ROLE_REFUSED' ? status.PERMISSION_DENIED : status.UNAUTHENTICATED;
    return grpcStatusOf(new GrpcFailure(kind, error.code, error.message));
  }
  if (!(error instanceof GrpcFailure)) log.error({ err: error, path }, 'a call failed unexpectedly');
  return grpcStatusOf(error);
}
