import { Metadata, status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { grpcOptions } from './options.js';
import { causewayCodeOf, GrpcFailure, grpcStatusOf } from './status.js';

test('a failure travels as status, message and our code', () => {
  const failure = new GrpcFailure(status.NOT_FOUND, 'RECORD_UNKNOWN', 'There is no such record.', {
    cause: new Error('x'),
  });
  const sent = grpcStatusOf(failure);
  expect(sent).toMatchObject({ code: status.NOT_FOUND, details: 'There is no such record.' });
  expect(causewayCodeOf(sent.metadata)).toBe('RECORD_UNKNOWN');
  expect(failure.cause).toBeInstanceOf(Error);
});

test('anything else is INTERNAL and says nothing of itself', () => {
  for (const error of [new Error('secret'), 'secret', undefined]) {
    const sent = grpcStatusOf(error);
    expect(sent.code).toBe(status.INTERNAL);
    expect(JSON.stringify([sent.details, sent.metadata.getMap()])).not.toContain('secret');
  }
});

test('a status of gRPC itself has no code of ours', () => {
  expect(causewayCodeOf(undefined)).toBeUndefined();
  expect(causewayCodeOf(new Metadata())).toBeUndefined();
});

test('the window is large, messages are bounded', () => {
  expect(grpcOptions['grpc-node.flow_control_window']).toBe(16_777_216);
  expect(grpcOptions['grpc.max_receive_message_length']).toBe(1_048_576);
});
