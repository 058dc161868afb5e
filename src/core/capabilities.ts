/** What a store does natively. Adapters work theirs out from their children. */
export interface Capabilities {
  /** Where queries are answered: wholly by the store, in part, or only by scanning. */
  readonly query: 'native' | 'partial' | 'scan'
  /** `seek`: a page costs the page. `level`: a page costs its level. `store`: a page costs the store. */
  readonly list: 'seek' | 'level' | 'store'
  /** What `watch` reports: `all` includes changes made by others. */
  readonly watch: 'none' | 'own' | 'all'
  /** A batch is seen whole or not at all, even after a crash. */
  readonly atomicBatch: boolean
  /** Values pass through in bounded memory. */
  readonly streams: boolean
  readonly rename: 'atomic' | 'copy'
  /** Values can expire. */
  readonly ttl: boolean
  /** A synced write survives a power cut. */
  readonly durable: boolean
  /** Values may outlive the process that put them. */
  readonly persistent: boolean
  /** Children come in key order without being sorted for the call. */
  readonly order: boolean
  readonly writable: boolean
  /** Values are objects: `put` takes an iterable as a value, `getStream` is `UNSUPPORTED`. Absent: values are bytes. */
  readonly objects?: boolean | undefined
  /** Several keys of the caller may meet in one key below (see `lowercase`). */
  readonly manyToOne?: boolean | undefined
}

/** Whether values are bytes that pass through the store as a stream, in bounded memory. */
export function passesStreams({ objects = false, streams }: Capabilities): boolean {
  return streams && !objects
}
