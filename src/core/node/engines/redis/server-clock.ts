import type { Connection } from './connection.ts'
import { redisFailure } from './failures.ts'

/** Times that the server is asked: the quickest answer is the most exact. */
const ASKS = 3

/** The time of the server, in milliseconds since 1970, so that every client agrees on when a value expires. */
export async function serverClock(connection: Connection): Promise<() => number> {
  let best = Number.POSITIVE_INFINITY
  let offset = Date.now() - performance.now()
  for (let ask = 0; ask < ASKS; ask++) {
    const start = performance.now()
    const time = await connection.send(['TIME']).catch((error: unknown) => {
      throw redisFailure('ask the server for its time', error)
    })
    const took = performance.now() - start
    if (took >= best || !Array.isArray(time)) continue
    best = took
    offset = Number(time[0]) * 1000 + Number(time[1]) / 1000 - (start + took / 2)
  }
  return () => Math.floor(performance.now() + offset)
}
