import protobuf from 'protobufjs/minimal.js';

// 64-bit fields (sizes, indexes, instants) are read as numbers. A value past 2^53 loses precision here, so whoever reads
// one from a peer checks `Number.isSafeInteger`.
(protobuf.util as { Long: unknown }).Long = null;
protobuf.configure();
