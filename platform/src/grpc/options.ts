import type { ChannelOptions } from '@grpc/grpc-js';

const MiB = 1_048_576;

/**
 * Options that both ends of every channel share. The flow-control window decides the throughput of a stream; a message
 * larger than the maximum ends its call with RESOURCE_EXHAUSTED before it is decoded.
 */
export const grpcOptions = {
  'grpc-node.flow_control_window': 16 * MiB,
  'grpc.max_receive_message_length': MiB,
  'grpc.max_send_message_length': MiB,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  // A peer that was restarted is found again within seconds; by default a channel would wait for up to two minutes.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 5_000,
} as const satisfies ChannelOptions;
