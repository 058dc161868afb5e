import type { RedisServer } from '../server/server.ts'
import { asked, fieldsOf } from '../server/server-facts.ts'

/** Milliseconds between two looks at whether any value expires. */
const LOOK = 1000

/** Knows whether any value of a database expires. While one may, each read also asks for the time to live. */
export class ExpiryCheck {
  readonly #server: RedisServer
  readonly #database: number
  #mayExpire = true
  #looked = 0

  constructor(server: RedisServer, database: number) {
    this.#server = server
    this.#database = database
  }

  /** As of the last look. Starts the next one in the background when it is due. */
  mayExpire(): boolean {
    const now = performance.now()
    if (now - this.#looked > LOOK) {
      this.#looked = now
      void this.#look().catch(() => undefined)
    }
    return this.#mayExpire
  }

  /** This client wrote a value that expires. */
  wroteExpiring(): void {
    this.#mayExpire = true
  }

  async #look(): Promise<void> {
    const infos = await Promise.all(this.#server.masters.map(master => asked(master, ['INFO', 'keyspace'])))
    const lines = infos.map(info =>
      info === undefined ? 'expires=1' : (fieldsOf(info).get(`db${this.#database}`) ?? ''),
    )
    this.#mayExpire = lines.some(line => /expires=[1-9]/.test(line))
  }
}
