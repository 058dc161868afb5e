import { messageOf } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import { openStack } from '../../../core/node/stack.ts'
import {
  type ConnectionReport,
  type ConnectionStep,
  UNKNOWN_RIGHTS,
} from '../../../core/stack/connection-report.ts'
import { testConnection } from '../../../core/stack/running-node.ts'
import type { Stack } from '../../../core/stack/stack.ts'
import { hostOf, type OpenOptions } from './open-source.ts'

/**
 * Tests a document. A server is tested step by step; anything else is opened, read and closed.
 * @throws ConfigError for an error in the document.
 */
export async function testStack(document: unknown, options: OpenOptions): Promise<ConnectionReport> {
  const host = hostOf({ type: 'document', document }, options)
  return (
    (await testConnection(document, options.registry, host)) ?? testByOpening(() => openStack(document, host))
  )
}

async function testByOpening(open: () => Promise<Stack>): Promise<ConnectionReport> {
  const steps: ConnectionStep[] = []
  let stack: Stack | undefined
  try {
    const began = performance.now()
    stack = await open()
    steps.push({ name: 'reach', ok: true, detail: `opened in ${milliseconds(began)}` })
    const { store } = stack
    const asked = performance.now()
    const { children, cursor } = await store.list(Key.root, { limit: 100 })
    const count = cursor === undefined ? `${children.length}` : `more than ${children.length}`
    steps.push({ name: 'keys', ok: true, detail: `${count} at the top level` })
    steps.push({ name: 'latency', ok: true, detail: `${milliseconds(asked)} for a page` })
    const { writable, write, watch } = store.capabilities
    const rights = {
      read: true,
      write: writable,
      delete: writable,
      expiry: writable && write.ttl,
      liveChanges: watch === 'all',
    }
    return { ok: true, steps, rights }
  } catch (error) {
    steps.push({ name: stack === undefined ? 'reach' : 'keys', ok: false, detail: messageOf(error) })
    return { ok: false, steps, rights: UNKNOWN_RIGHTS }
  } finally {
    await stack?.close()
  }
}

function milliseconds(since: number): string {
  const time = performance.now() - since
  return `${time < 10 ? time.toFixed(2) : Math.round(time)} ms`
}
