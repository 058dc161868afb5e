import { useEffect, useState } from 'react'
import { CallError, type Client } from './client.ts'

/** Milliseconds for which keys stay the same until their sizes are asked for. */
const IDLE_DELAY = 200

const NONE: ReadonlyMap<string, number> = new Map()

/** Bytes of the values of some keys, learnt once the keys stay the same for a moment. */
export function useSizes(
  client: Client,
  session: string,
  keys: readonly string[],
): ReadonlyMap<string, number> {
  const [sizes, setSizes] = useState(NONE)
  const names = JSON.stringify(keys)
  useEffect(() => {
    const aborter = new AbortController()
    const { signal } = aborter
    const learn = async (key: string): Promise<void> => {
      try {
        const { size } = await client.call('store.stat', { session, key }, { signal })
        if (!signal.aborted) setSizes(known => new Map(known).set(key, size))
      } catch (error) {
        // Its place stays blank; opening the key says what is wrong with it.
        if (!(error instanceof CallError)) throw error
      }
    }
    const timer = setTimeout(() => {
      setSizes(NONE)
      for (const key of JSON.parse(names) as string[]) void learn(key)
    }, IDLE_DELAY)
    return () => {
      clearTimeout(timer)
      aborter.abort()
    }
  }, [client, session, names])
  return sizes
}
