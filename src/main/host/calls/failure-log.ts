import { randomBytes } from 'node:crypto'
import { appendFile, chmod, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatastoreError } from '../../../core/errors.ts'
import { makeFolder } from '../../../core/node/fs/open-folder.ts'

/** The maximum number of bytes of the log. Then a new one is begun, and only one old log is kept. */
const MAX_BYTES = 512 * 1024

/** The maximum number of failures waiting to be written. Further ones are dropped and counted. */
const MAX_WAITING = 1_000

/** The maximum number of causes of one failure, and of stack frames of one cause, that are recorded. */
const MAX_CAUSES = 10
const MAX_CALLS = 12

/** One error in a chain of causes. */
interface Cause {
  readonly name: string
  readonly code?: string
  readonly message?: string
  readonly key?: string
  /** The id of the node of the stack where it happened. */
  readonly node?: string
  /** The path in a stack document. */
  readonly path?: string
  readonly calls: readonly string[]
}

/**
 * Records the causes of failures under an id that the page shows, one line of JSON each, in `failures.log` of the data
 * directory. It contains keys and paths, but no values: the message of an error that is neither a store's nor the
 * system's may quote its input, and is left out.
 */
export class FailureLog {
  readonly #path: string
  #waiting: string[] = []
  #leftOut = 0
  #writing: Promise<void> | undefined

  constructor(dataDirectory: string) {
    this.#path = join(dataDirectory, 'failures.log')
  }

  /** @returns The id under which the failure is recorded. */
  record(error: unknown): string {
    const id = randomBytes(4).toString('hex')
    if (this.#waiting.length >= MAX_WAITING) this.#leftOut++
    else this.#waiting.push(lineOf(id, error))
    this.#writing ??= this.#write()
    return id
  }

  /** Resolves once everything is written. */
  async close(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    // Failures of the same turn are written together.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const lines = this.#waiting.splice(0)
      if (this.#leftOut > 0) lines.push(`${JSON.stringify({ leftOut: this.#leftOut })}\n`)
      this.#leftOut = 0
      // A failure to write the log cannot be acted on.
      await this.#append(lines.join('')).catch(() => undefined)
    }
    this.#writing = undefined
  }

  async #append(text: string): Promise<void> {
    const size = await stat(this.#path).then(
      stats => stats.size,
      () => 0,
    )
    if (size > MAX_BYTES) await rename(this.#path, `${this.#path}.1`)
    await makeFolder(join(this.#path, '..'), 0o700)
    await appendFile(this.#path, text, { mode: 0o600 })
    await chmod(this.#path, 0o600)
  }
}

function lineOf(id: string, error: unknown): string {
  return `${JSON.stringify({ id, at: new Date().toISOString(), causes: causesOf(error) })}\n`
}

function causesOf(error: unknown): Cause[] {
  const causes: Cause[] = []
  const seen = new Set<unknown>()
  const visit = (value: unknown): void => {
    if (causes.length >= MAX_CAUSES || value === undefined || seen.has(value)) return
    seen.add(value)
    causes.push(describeCause(value))
    if (value instanceof AggregateError) for (const inner of value.errors) visit(inner)
    if (value instanceof Error) visit(value.cause)
  }
  visit(error)
  return causes
}

function describeCause(error: unknown): Cause {
  if (!(error instanceof Error)) return { name: typeof error, calls: [] }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined
  return {
    name: error.name,
    ...(code !== undefined && { code }),
    ...(isOfKeysAlone(error) && { message: error.message }),
    ...(error instanceof DatastoreError && error.key !== undefined && { key: error.key.toString() }),
    ...(error instanceof DatastoreError && error.node !== undefined && { node: error.node }),
    ...(path !== undefined && { path }),
    calls: callsOf(error.stack ?? ''),
  }
}

/**
 * Whether the message contains only actions, keys and paths. An error of a stack document may quote an option, such as
 * a secret.
 */
function isOfKeysAlone(error: Error): boolean {
  if (error instanceof DatastoreError) return error.code !== 'CONFIG_INVALID'
  return 'syscall' in error
}

/** The frames of a stack, without the message, which may have many lines. */
function callsOf(stack: string): string[] {
  return stack
    .split('\n')
    .map(line => /^ {4}at (.*)$/.exec(line)?.[1])
    .filter(call => call !== undefined)
    .slice(0, MAX_CALLS)
}
