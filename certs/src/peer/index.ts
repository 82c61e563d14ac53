export { TrustError, type TrustErrorCode } from './errors.js';
export { type CallOptions, type Conversation, PeerChannel, type PeerChannelOptions } from './grpc/channel.js';
export { defaultGrpcLimits, type GrpcLimits } from './grpc/limits.js';
export type { AnyMethod, GrpcMethod } from './grpc/method.js';
export { RpcError } from './grpc/rpc-error.js';
export { type ServePeerGrpcOptions, servePeerGrpc } from './grpc/server.js';
export {
  type BidiCall,
  type ClientStreamCall,
  type Handler,
  type PeerCall,
  type PeerServiceDefinition,
  peerService,
  type Rule,
  type UnaryCall,
} from './grpc/service.js';
export { type HandshakeOptions, handshake } from './handshake.js';
export type { OpenRoute } from './https/open-list.js';
export {
  type PeerRequestOptions,
  type PeerResponse,
  type PeerStream,
  peerRequest,
  peerStream,
} from './https/request.js';
export { peerIfAny, peerOf, type ServePeerHttpsOptions, servePeerHttps } from './https/server.js';
export type { EncryptionKey, Identity } from './identity.js';
export { identityFiles, loadIdentity, saveIdentity } from './identity-folder.js';
export { type Expected, isPeerId, isRole, type Peer, peerOfSocket, type Role, roles } from './peer.js';
export { refreshTrust, refreshTrustIfThere } from './refresh-trust.js';
export { requireTls13 } from './tls.js';
export { type AttributeToken, bearerToken, verifyAttributeToken } from './tokens/attribute.js';
export { AttributeTokens, type TokenSource } from './tokens/source.js';
export { readTrust, type Trust } from './trust.js';
