import { useEffect, useSyncExternalStore } from 'react'
import { Emitter } from '../../core/concurrency/emitter.ts'
import type { LookOfKey } from '../../shared/procedures/residency.ts'
import type { SessionInfo } from '../../shared/procedures/sessions.ts'
import { affectsKey, type Client, isAbortedCall } from './client.ts'

/** Where a key lives, as it was found last. */
export interface KnownPlaces {
  readonly look?: LookOfKey
  /** Milliseconds since 1970. */
  readonly lookedAt?: number
  readonly failure?: string
}

const NOTHING: KnownPlaces = {}

/** The places of one key, looked at once for all that show them. */
class KeyLook {
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

  readonly get = (): KnownPlaces => this.#known

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

  /** Looks again, unless it did for the same reason already. */
  lookFor(reason: unknown): void {
    if (reason === this.#reason) return
    this.#reason = reason
    this.#look()
  }

  #start(): void {
    const look = (): void => this.#look()
    const end = this.#client.on('valueChanged', change => {
      if (change.session === this.#session && affectsKey(change, this.#key)) look()
    })
    // Changes by others are not always reported.
    window.addEventListener('focus', look)
    this.#stop = () => {
      end()
      window.removeEventListener('focus', look)
    }
  }

  #look(): void {
    this.#aborter.abort()
    const { signal } = (this.#aborter = new AbortController())
    const show = (known: KnownPlaces): void => {
      if (signal.aborted) return
      this.#known = known
      this.#changed.emit()
    }
    const asked = { session: this.#session, keys: [this.#key], compare: true }
    this.#client.call('residency.of', asked, { signal }).then(
      ({ looks: [look] }) => {
        if (look !== undefined) show({ look, lookedAt: Date.now() })
      },
      (error: unknown) => {
        if (!isAbortedCall(error)) show({ failure: error instanceof Error ? error.message : String(error) })
      },
    )
  }
}

const looks = new WeakMap<Client, Map<string, KeyLook>>()

function lookOf(client: Client, session: string, key: string): KeyLook {
  const ofClient = looks.get(client) ?? new Map<string, KeyLook>()
  looks.set(client, ofClient)
  const id = `${session} ${key}`
  const look = ofClient.get(id) ?? new KeyLook(client, session, key, () => ofClient.delete(id))
  ofClient.set(id, look)
  return look
}

/**
 * Where a key lives, followed while the component is there.
 * @param read When the key was last read: then it may have been copied.
 */
export function useKeyPlaces(
  client: Client,
  { id, document }: SessionInfo,
  key: string,
  read: number | undefined,
): KnownPlaces {
  const look = lookOf(client, id, key)
  const known = useSyncExternalStore(look.subscribe, look.get)
  const revision = `${read ?? ''} ${JSON.stringify(document)}`
  // Another read, or another stack, is another look.
  useEffect(() => look.lookFor(revision), [look, revision])
  return known
}
