import { afterEach, beforeEach, onTestFinished, vi } from 'vitest'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import type { ServerContext } from '../../../../src/core/node/connect/server-context.ts'

/** The value of every secret in a test. */
export const SECRET = 'correct-horse-battery'

/** The context in which engines with a server are opened. */
export const context: ServerContext = contextWith(SECRET)

/** A context where every secret has the given value. */
export function contextWith(secret: string): ServerContext {
  return { baseDirectory: undefined, secret: () => Promise.resolve(secret) }
}

const opened: { close(): Promise<unknown> }[] = []

/** Declares tests on a server: skips them without one, and closes what they opened in reverse order. */
export function onServers(missing: string | undefined): void {
  beforeEach(({ skip }) => skip(missing !== undefined, missing))
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close()
  })
}

export function closing<T extends { close(): Promise<unknown> }>(one: T): T {
  opened.push(one)
  return one
}

/** A server that is stopped after the test. */
export async function stopping<T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> {
  const server = await starting
  closing({ close: () => server.stop() })
  return server
}

/**
 * Repeats a call until it succeeds.
 * @returns The failures until then.
 */
export async function failuresUntil(call: () => Promise<unknown>): Promise<string[]> {
  const codes: string[] = []
  const deadline = Date.now() + 20_000
  for (;;) {
    try {
      await call()
      return codes
    } catch (error) {
      codes.push((error as { code: string }).code)
      if (Date.now() > deadline) throw error
      await new Promise(done => setImmediate(done))
    }
  }
}

const now = performance.now.bind(performance)
let passed = 0

/** Advances the clock of intervals for the rest of a test. */
export function waitAsIf(milliseconds: number): void {
  passed += milliseconds
  const moved = vi.spyOn(performance, 'now').mockImplementation(() => now() + passed)
  onTestFinished(() => {
    passed = 0
    moved.mockRestore()
  })
}

/** The names of a level, branches with a slash. Waits for an index of all names to be filled. */
export async function namesIn(store: BinaryDatastore, ...segments: readonly string[]): Promise<string[]> {
  for (;;) {
    const { children, isPartial } = await store.list(Key.of(...segments))
    if (isPartial !== true) return children.map(({ name, isBranch }) => (isBranch ? `${name}/` : name))
  }
}
