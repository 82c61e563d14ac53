/**
 * One method of a service table of `@causeway/proto`: what is read is a whole message, what is written may leave fields
 * out, so each direction has two types.
 */
export interface GrpcMethod<Request, RequestFields, Response, ResponseFields> {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (message: RequestFields) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (message: ResponseFields) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

/** A method of any types. */
export type AnyMethod = GrpcMethod<unknown, never, unknown, never>;
