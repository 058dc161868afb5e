import { useEffect, useSyncExternalStore } from 'react'
import { Emitter } from '../../core/concurrency/emitter.ts'
import type { KeyResidency } from '../../shared/procedures/residency.ts'
import type { SessionInfo } from '../../shared/procedures/sessions.ts'
import { affectsKey, type Client, isAbortedCall } from './client.ts'

/** Where a key lives, as last read. */
export interface KeyPlaces {
  readonly residency?: KeyResidency
  /** Milliseconds since 1970. */
  readonly readAt?: number
  readonly failure?: string
}

const NOTHING: KeyPlaces = {}

/** The places of one key, read once for all components that show them. */
class KeyPlacesReader {
  readonly #client: Client
  readonly #session: string
  readonly #key: string
  readonly #onEnd: () => void
  readonly #changed = new Emitter()
  #known = NOTHING
  #reason: unknown
  #shown = 0
  #stop: () => void = () => undefined
  #aborter = new AbortController()

  constructor(client: Client, session: string, key: string, onEnd: () => void) {
    this.#client = client
    this.#session = session
    this.#key = key
    this.#onEnd = onEnd
  }

  readonly get = (): KeyPlaces => this.#known

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.#shown++ === 0) this.#start()
    const end = this.#changed.subscribe(listener)
    return () => {
      end()
      if (--this.#shown > 0) return
      this.#stop()
      this.#aborter.abort()
      this.#reason = undefined
      this.#onEnd()
    }
  }

  /** Reads again, unless it has read for the same reason before. */
  readFor(reason: unknown): void {
    if (reason === this.#reason) return
    this.#reason = reason
    this.#read()
  }

  #start(): void {
    const read = (): void => this.#read()
    const end = this.#client.on('valueChanged', change => {
      if (change.session === this.#session && affectsKey(change, this.#key)) read()
    })
    // Changes by others are not always reported.
    window.addEventListener('focus', read)
    this.#stop = () => {
      end()
      window.removeEventListener('focus', read)
    }
  }

  #read(): void {
    this.#aborter.abort()
    const { signal } = (this.#aborter = new AbortController())
    const show = (known: KeyPlaces): void => {
      if (signal.aborted) return
      this.#known = known
      this.#changed.emit()
    }
    const asked = { session: this.#session, keys: [this.#key], compare: true }
    this.#client.call('residency.of', asked, { signal }).then(
      ({ looks: [residency] }) => {
        if (residency !== undefined) show({ residency, readAt: Date.now() })
      },
      (error: unknown) => {
        if (!isAbortedCall(error)) show({ failure: error instanceof Error ? error.message : String(error) })
      },
    )
  }
}

const readers = new WeakMap<Client, Map<string, KeyPlacesReader>>()

function readerOf(client: Client, session: string, key: string): KeyPlacesReader {
  const ofClient = readers.get(client) ?? new Map<string, KeyPlacesReader>()
  readers.set(client, ofClient)
  const id = `${session} ${key}`
  const reader = ofClient.get(id) ?? new KeyPlacesReader(client, session, key, () => ofClient.delete(id))
  ofClient.set(id, reader)
  return reader
}

/**
 * Where a key lives, updated while the component is mounted.
 * @param read When the key was last read: then it may have been copied.
 */
export function useKeyPlaces(
  client: Client,
  { id, document }: SessionInfo,
  key: string,
  read: number | undefined,
): KeyPlaces {
  const reader = readerOf(client, id, key)
  const known = useSyncExternalStore(reader.subscribe, reader.get)
  const revision = `${read ?? ''} ${JSON.stringify(document)}`
  // Another read or another stack is a new reason.
  useEffect(() => reader.readFor(revision), [reader, revision])
  return known
}
