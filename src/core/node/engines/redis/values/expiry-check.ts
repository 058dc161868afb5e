import type { RedisServer } from '../server/server.ts'
import { asked, fieldsOf } from '../server/server-facts.ts'

/** Milliseconds between two checks whether any value expires. */
const CHECK_INTERVAL = 1000

/** Checks whether any value of a database expires. While one may, each read also requests the time to live. */
export class ExpiryCheck {
  readonly #server: RedisServer
  readonly #database: number
  #mayExpire = true
  #checkedAt = 0

  constructor(server: RedisServer, database: number) {
    this.#server = server
    this.#database = database
  }

  /** The result of the last check. Starts the next one in the background when it is due. */
  mayExpire(): boolean {
    const now = performance.now()
    if (now - this.#checkedAt > CHECK_INTERVAL) {
      this.#checkedAt = now
      void this.#check().catch(() => undefined)
    }
    return this.#mayExpire
  }

  /** This client wrote a value that expires. */
  wroteExpiring(): void {
    this.#mayExpire = true
  }

  async #check(): Promise<void> {
    const infos = await Promise.all(this.#server.masters.map(master => asked(master, ['INFO', 'keyspace'])))
    const lines = infos.map(info =>
      info === undefined ? 'expires=1' : (fieldsOf(info).get(`db${this.#database}`) ?? ''),
    )
    this.#mayExpire = lines.some(line => /expires=[1-9]/.test(line))
  }
}
