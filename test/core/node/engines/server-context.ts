import { afterEach, beforeEach, onTestFinished, vi } from 'vitest'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import type { ServerContext } from '../../../../src/core/node/connect/server-context.ts'

/** The value of every secret of a test. */
export const SECRET = 'correct-horse-battery'

/** What engines with a server are opened with. */
export const context: ServerContext = contextWith(SECRET)

/** Every secret has the given value. */
export function contextWith(secret: string): ServerContext {
  return { baseDirectory: undefined, secret: () => Promise.resolve(secret) }
}

const opened: { close(): Promise<unknown> }[] = []

/** Tests on a server: skipped where there is none, and closing what they have opened, the last first. */
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

/** Repeats a call until it succeeds, and gives what it failed with until then. */
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

/** Moves the clock of intervals on, for the rest of a test. */
export function waitAsIf(milliseconds: number): void {
  passed += milliseconds
  const moved = vi.spyOn(performance, 'now').mockImplementation(() => now() + passed)
  onTestFinished(() => {
    passed = 0
    moved.mockRestore()
  })
}

/** The names of a level, branches with a slash. An index of all names is filled within the first moments. */
export async function namesIn(store: BinaryDatastore, ...segments: readonly string[]): Promise<string[]> {
  for (;;) {
    const { children, isPartial } = await store.list(Key.of(...segments))
    if (isPartial !== true) return children.map(({ name, isBranch }) => (isBranch ? `${name}/` : name))
  }
}
