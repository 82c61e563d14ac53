import { expect, it } from 'vitest';
import type { GrpcMethod } from './method.js';
import { peerService } from './service.js';

const method = (requestStream: boolean, responseStream: boolean): GrpcMethod<string, string, string, string> => ({
  path: '/causeway.test.v1.Notes/Say',
  requestStream,
  responseStream,
  requestSerialize: (text) => Buffer.from(text),
  requestDeserialize: String,
  responseSerialize: (text) => Buffer.from(text),
  responseDeserialize: String,
});

const say = { unary: async ({ request }: { request: string }) => request };
const anyone = { roles: ['participant'] } as const;
const incomplete = expect.objectContaining({ code: 'SERVICE_INCOMPLETE' });

it('takes a service with a rule and a handler for every method', () => {
  const service = peerService({ say: method(false, false) }, { rules: { say: anyone }, handlers: { say } });
  expect(service.methods.map(({ rule }) => rule)).toEqual([anyone]);
});

it('does not start, nor compile, with a method that has no rule or no handler', () => {
  const table = { say: method(false, false), shout: method(false, false) };
  const handlers = { say, shout: say };
  // @ts-expect-error a rule is missing
  expect(() => peerService(table, { rules: { say: anyone }, handlers })).toThrow(incomplete);
  // @ts-expect-error a handler is missing
  expect(() => peerService(table, { rules: { say: anyone, shout: anyone }, handlers: { say } })).toThrow(incomplete);
  const nobody = { roles: [] };
  expect(() => peerService(table, { rules: { say: anyone, shout: nobody }, handlers })).toThrow(incomplete);
});

it('does not start with a handler of another kind than its method', () => {
  for (const kind of [method(true, false), method(true, true), method(false, true)]) {
    expect(() => peerService({ say: kind }, { rules: { say: anyone }, handlers: { say } })).toThrow(incomplete);
  }
});
