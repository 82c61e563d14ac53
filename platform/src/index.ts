export { type Clock, systemClock } from './clock.js';
export { type ConfigOf, type ConfigSchema, defineConfig, loadConfig, type Shape } from './config/config.js';
export type { ConfigSources } from './config/gather.js';
export { type Option, option } from './config/option.js';
export { configReference } from './config/reference.js';
export {
  ConfigError,
  codeOf,
  messageOf,
  PlatformError,
  type PlatformErrorCode,
  StoreError,
  type StoreErrorCode,
} from './errors.js';
export { ensureDir, syncFolder, writeFileAtomic } from './files.js';
export { grpcOptions } from './grpc/options.js';
export { causewayCodeOf, codeKey, GrpcFailure, type GrpcStatus, grpcStatusOf } from './grpc/status.js';
export { closeServer, httpDeadlines, listen } from './http/listen.js';
export { HttpProblem, jsonBody, notFound, type ProblemDetail, problemHandler } from './http/problem.js';
export { type Route, routesOf } from './http/routes.js';
export { Lifecycle, type LifecycleOptions, type RunningServer, type Service, untilSignal } from './lifecycle.js';
export { createLogger, type Logger, type LoggerOptions, scrub, silentLogger } from './log.js';
export { apiKey, isKey } from './management/api-key.js';
export {
  type KeyHolder,
  type ManagementApi,
  managementApp,
  owner,
  serveManagement,
} from './management/app.js';
export { managementBase, type Schemas } from './management/openapi.js';
export { type Call, type Operation, ok, type Reply } from './management/operation.js';
export { pageOptions, pageQuery, pageReply } from './management/paging.js';
export { type BodyReader, bodyReaders } from './management/read-body.js';
export { createMetrics, type Metrics, type MetricsOptions } from './metrics.js';
export { type OperationsOptions, type Readiness, startOperations } from './operations.js';
export { Outbox } from './outbox/outbox.js';
export type { Attempt, OutboxOptions, Outcome, Settlement, Work } from './outbox/types.js';
export { fraction, type Random, systemRandom } from './random.js';
export { Secret } from './secret.js';
export { Collection, type Migrate, type Page, type PageOptions, type Stored } from './store/collection.js';
export { type KeyPart, key, keyParts } from './store/keys.js';
export { type LevelStore, type LevelStoreOptions, openLevelStore } from './store/level-store.js';
export {
  type Commit,
  type CommitResult,
  type Condition,
  keyOf,
  keyText,
  type Lease,
  type Range,
  type Store,
  type StoredEntry,
  storeLimits,
  type Write,
} from './store/store.js';
