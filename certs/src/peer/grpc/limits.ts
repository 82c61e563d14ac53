/** Bounds of a gRPC server; every one has a default. */
export interface GrpcLimits {
  /** Longest unary call, in milliseconds, whatever deadline its caller set. */
  readonly unaryMs: number;
  /** Longest client-streaming call, in milliseconds. */
  readonly clientStreamMs: number;
  /** How long a bidirectional stream may wait for a reader that takes nothing, in milliseconds. */
  readonly stallMs: number;
  /** Largest message read, in bytes. */
  readonly messageBytes: number;
  /** Most calls at once on one connection. */
  readonly concurrentStreams: number;
}

export const defaultGrpcLimits: GrpcLimits = {
  unaryMs: 30_000,
  clientStreamMs: 120_000,
  stallMs: 60_000,
  messageBytes: 1_048_576,
  concurrentStreams: 256,
};
