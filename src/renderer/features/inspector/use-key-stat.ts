import { useEffect, useState } from 'react'
import { affectsKey } from '../../../shared/affects-key.ts'
import type { StatValue } from '../../../shared/values.ts'
import { CallError, type Client, isAbortedCall } from '../../api/client.ts'

export type KeyStat =
  | { readonly type: 'stat'; readonly stat: StatValue }
  /** The key holds no value. */
  | { readonly type: 'absent' }
  | { readonly type: 'failed'; readonly message: string }

interface Known {
  readonly session: string
  readonly key: string
  readonly value: KeyStat
}

/** What the store says about a key's value, again whenever it is put or deleted. `undefined` until it answered. */
export function useKeyStat(client: Client, session: string, key: string): KeyStat | undefined {
  const [known, setKnown] = useState<Known>()
  useEffect(() => {
    let aborter = new AbortController()
    const load = (): void => {
      aborter.abort()
      aborter = new AbortController()
      const { signal } = aborter
      const settle = (value: KeyStat): void => {
        if (!signal.aborted) setKnown({ session, key, value })
      }
      client.call('store.stat', { session, key }, { signal }).then(
        stat => settle({ type: 'stat', stat }),
        (error: unknown) => {
          if (!isAbortedCall(error)) settle(failedStat(error))
        },
      )
    }
    load()
    const end = client.on('valueChanged', change => {
      if (change.session === session && affectsKey(change, key)) load()
    })
    return () => {
      end()
      aborter.abort()
    }
  }, [client, session, key])
  return known?.session === session && known.key === key ? known.value : undefined
}

function failedStat(error: unknown): KeyStat {
  if (error instanceof CallError && error.code === 'NOT_FOUND') return { type: 'absent' }
  return { type: 'failed', message: error instanceof Error ? error.message : String(error) }
}
