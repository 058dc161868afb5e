import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { readRegularFile } from '../../core/node/regular-file.ts'
import { removeLeftovers, writeFileAtomically } from '../host/files/atomic-file.ts'

/**
 * Milliseconds after the end of a run for which its token still admits pages to the next run, so that open pages
 * reconnect after a restart. They then get the new token. The old one expires with this time in any case.
 */
const GRACE = 60 * 60 * 1000

/** Milliseconds between two records that the run continues. A killed run counts as ended at its last record. */
const NOTE_INTERVAL = 60 * 1000

/** The maximum number of earlier runs that are remembered. */
const MAX_EARLIER = 16

const earlierRun = z.strictObject({ sha256: z.string(), endsAt: z.number() })
const file = z.strictObject({
  strata: z.literal('web-tokens'),
  version: z.literal(1),
  runs: z.array(earlierRun),
})
type EarlierRun = z.infer<typeof earlierRun>

/**
 * The token of this run, and those of earlier runs that ended recently. Only their hashes are on disk, so that no token
 * can be read from there. Removing the file invalidates the earlier ones.
 */
export class AcceptedTokens {
  readonly current: string
  readonly #path: string | undefined
  readonly #now: () => number
  readonly #earlier: readonly EarlierRun[]
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  private constructor(
    current: string,
    path: string | undefined,
    earlier: readonly EarlierRun[],
    now: () => number,
  ) {
    this.current = current
    this.#path = path
    this.#earlier = earlier
    this.#now = now
  }

  /** Accepts one token, and stores nothing. */
  static only(token: string = createToken()): AcceptedTokens {
    return new AcceptedTokens(token, undefined, [], Date.now)
  }

  /** Begins a run, and stores in the data directory what the next one needs. */
  static async open(dataDirectory: string, now: () => number = Date.now): Promise<AcceptedTokens> {
    const path = join(dataDirectory, 'web-tokens.json')
    await removeLeftovers(path)
    const tokens = new AcceptedTokens(createToken(), path, await readRuns(path), now)
    await tokens.#note()
    tokens.#timer = setInterval(() => void tokens.#note(), NOTE_INTERVAL).unref()
    return tokens
  }

  /** Whether a page with this token is admitted. */
  accepts(token: string): boolean {
    if (isSameToken(token, this.current)) return true
    const now = this.#now()
    const sha256 = digestOf(token).toString('hex')
    // Not in constant time, which is safe: how far two digests agree reveals nothing about the token.
    return this.#earlier.some(run => run.sha256 === sha256 && now <= run.endsAt + GRACE && run.endsAt <= now)
  }

  /** Records the end of the run. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#note()
  }

  /** A failure only means that pages must be opened again after a restart. */
  #note(): Promise<void> {
    const path = this.#path
    if (path === undefined) return this.#writing
    const now = this.#now()
    const own = { sha256: digestOf(this.current).toString('hex'), endsAt: now }
    this.#writing = this.#writing.then(() => writeRuns(path, own)).catch(() => undefined)
    return this.#writing
  }
}

/** Adds a run to those in the file. Other shells may write it at the same time. */
async function writeRuns(path: string, own: EarlierRun): Promise<void> {
  const others = (await readRuns(path)).filter(
    ({ sha256, endsAt }) => sha256 !== own.sha256 && own.endsAt <= endsAt + GRACE,
  )
  const runs = [own, ...others.slice(0, MAX_EARLIER)]
  const text = JSON.stringify({ strata: 'web-tokens', version: 1, runs })
  await writeFileAtomically(path, text, { replace: true, isPrivate: true })
}

/** Empty if the file is missing or invalid. */
async function readRuns(path: string): Promise<readonly EarlierRun[]> {
  try {
    return file.parse(JSON.parse((await readRegularFile(path)).toString())).runs
  } catch {
    return []
  }
}

const TOKEN_BYTES = 32

/** A secret for one run, in characters that are valid in a URL and in a WebSocket subprotocol: 43 of base64url. */
export function createToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

/** Compares in constant time. */
export function isSameToken(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected))
}

/** A hash of a token. `timingSafeEqual` requires equal lengths, which hashes of any tokens have. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
