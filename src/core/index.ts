export { type CacheDatastore, type CacheMetrics, type CacheOptions, cache } from './adapters/cache.ts'
export {
  DirectoryDatastore,
  type DirectoryOptions,
  directories,
} from './adapters/directory/directory.ts'
export { DirectoryTreeDatastore, directoryTree } from './adapters/directory/directory-tree.ts'
export { JournalDatastore, journal } from './adapters/journal/journal.ts'
export type {
  ChangeState,
  JournalAction,
  JournalChange,
  JournalEntriesOptions,
  JournalEntry,
  RecordedValue,
} from './adapters/journal/journal-entry.ts'
export type { JournalLog, JournalReadOptions, JournalRecord } from './adapters/journal/journal-log.ts'
export type { JournalOptions } from './adapters/journal/journal-store.ts'
export { type MemoryJournalOptions, memoryJournal } from './adapters/journal/memory-journal.ts'
export { type JournalDirection, type ReplayOptions, replay } from './adapters/journal/replay.ts'
export { MountDatastore } from './adapters/mount.ts'
export { NamespaceDatastore } from './adapters/namespace.ts'
export type {
  MisplacedKey,
  PlanCounts,
  PlannedMove,
  RepairOptions,
  ReshardPlan,
} from './adapters/sharded/misplaced-keys.ts'
export type {
  PlanOptions,
  ReshardOptions,
  ReshardProgress,
  ReshardResult,
} from './adapters/sharded/reshard.ts'
export type {
  ShardFunction,
  ShardFunctionChoice,
  ShardFunctionName,
} from './adapters/sharded/shard-function.ts'
export type { ShardedOptions } from './adapters/sharded/shard-list.ts'
export { ShardedDatastore } from './adapters/sharded/sharded.ts'
export {
  type LinkOptions,
  SymlinkDatastore,
  type SymlinkOptions,
  symlink,
} from './adapters/symlink/symlink.ts'
export type { FlushErrorListener, WriteBackOptions } from './adapters/tiered/flusher.ts'
export { TieredDatastore, type TieredOptions, type WriteMode } from './adapters/tiered/tiered.ts'
export type { UnflushedState } from './adapters/tiered/unflushed.ts'
export type { TierErrorListener, TierMetrics } from './adapters/tiered/upper-tier.ts'
export type { Span, SpanListener, SpanVerb } from './adapters/trace/span.ts'
export { type TraceOptions, trace } from './adapters/trace/trace.ts'
export { type KeyTransform, KeyTransformDatastore, lowercase } from './adapters/transform/key-transform.ts'
export { type NestedPathOptions, nestedPath } from './adapters/transform/nested-path.ts'
export { TransformedDatastore, transformed } from './adapters/transformed.ts'
export { type Limits, MINIMAL, type Scope } from './capabilities.ts'
export type {
  Accuracy,
  Batch,
  BinaryDatastore,
  ByteSource,
  CallOptions,
  Capabilities,
  Change,
  Child,
  DeleteOptions,
  Entry,
  GetOptions,
  Hidden,
  HiddenEntry,
  KeySource,
  ListOptions,
  ListPage,
  ObjectDatastore,
  Pair,
  PairSource,
  PutOptions,
  PutResult,
  RangeOptions,
  RenameOptions,
  SpanContext,
  Stat,
  StoreStats,
  ValueSource,
  ValueVersion,
  VersionsOptions,
  WatchOptions,
} from './datastore.ts'
export {
  AbortError,
  DatastoreError,
  type ErrorCode,
  type ErrorDetails,
  type ErrorStatement,
  failure,
  NotFoundError,
  type Reason,
  type Retry,
  reason,
} from './errors.ts'
export type { FlatfsFunction, FlatfsShardText } from './hash/flatfs-shard.ts'
export { asInterfaceDatastore } from './interop/as-interface-datastore.ts'
export { fromInterfaceDatastore } from './interop/from-interface-datastore.ts'
export { Key } from './key.ts'
export type { VerbMetrics } from './layers/call-metrics.ts'
export { type FaultDatastore, type Faults, fault } from './layers/fault.ts'
export { type Layer, layered, type Step, type Verb } from './layers/layer.ts'
export { LockableDatastore, readOnly } from './layers/lock.ts'
export { type LoggingOptions, type LogRecord, logging } from './layers/logging.ts'
export { type MetricsDatastore, metrics } from './layers/metrics.ts'
export { type RateLimitOptions, rateLimit } from './layers/rate-limit.ts'
export { type RetryOptions, retry } from './layers/retry.ts'
export { timeout } from './layers/timeout.ts'
export { childrenOf, pageOfKeys } from './list-page.ts'
export { Call, Cancel, type GivenOptions, type Maybe, type Options } from './open/call.ts'
export { Datastore, type SerializedDatastore, serialized, type TransactionOptions } from './open/datastore.ts'
export { OpenStore } from './open/open-store.ts'
export { Payload } from './open/payload.ts'
export {
  type ByteStream,
  type Found,
  type Moved,
  type Operation,
  type Refused,
  type Removed,
  type Store,
  type StoreInfo,
  type StoreTransaction,
  sameData,
  type Written,
} from './open/store.ts'
export type { Condition, Order, Query, QueryOptions, QueryPlan } from './query/query.ts'
export { aesGcm } from './serializers/aes-gcm.ts'
export { cbor } from './serializers/cbor.ts'
export { gzip } from './serializers/gzip.ts'
export { type Json, json, prettyJson } from './serializers/json.ts'
export { msgpack } from './serializers/msgpack.ts'
export { type ByteTransform, pipe, type Serializer, text } from './serializers/serializer.ts'
export { ConfigError } from './stack/config-error.ts'
export type { DocumentProblem, StackDocument, StackNodeDocument } from './stack/document.ts'
export {
  defineKind,
  type Kind,
  type Misplaced,
  type OpenContext,
  type Placing,
  type Recognition,
} from './stack/kind.ts'
export { pureKinds } from './stack/pure-kinds.ts'
export { describeKinds, openStack, validateDocument } from './stack/pure-stack.ts'
export { type KindDescription, Registry } from './stack/registry.ts'
export type { Residence, Residency, ResidencyOptions, ValueAtNode } from './stack/residency.ts'
export { SECRET_NAME, type SecretReference, type SecretSource, secretReference } from './stack/secret.ts'
export { serverUrl } from './stack/server-url.ts'
export type { ApplyOptions, PlannedNode, Stack, StackHost, StackNode, StackPlan } from './stack/stack.ts'
export type { StackMetrics } from './stack/stack-metrics.ts'
export { MemoryDatastore, type MemoryOptions } from './stores/memory.ts'
export { NullDatastore } from './stores/null.ts'
