import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { ActionRecord } from '../../../../src/main/host/many/action-record.ts'
import { ActionUndo } from '../../../../src/main/host/many/action-undo.ts'
import { ActionWork } from '../../../../src/main/host/many/action-work.ts'
import type { ManyAction } from '../../../../src/shared/procedures/many.ts'
import { bytesOf, tempFolder } from '../test-host.ts'
import { keys, keysIn, SKIP } from './many-test.ts'

const { signal } = new AbortController()

async function filled(texts: readonly string[]): Promise<BinaryDatastore> {
  const store = new MemoryDatastore()
  for (const text of texts) await store.put(Key.parse(text), bytesOf(text))
  return store
}

function work(record: ActionRecord, store: BinaryDatastore): Promise<void> {
  const progress = { handled: () => undefined, stayed: () => undefined }
  return new ActionWork({ record, source: store, target: store, signal, progress }).run()
}

/**
 * Runs an action whose process is killed before it can record the step of this number. @returns Whether it
 * was killed.
 */
async function killedAt(step: number, record: ActionRecord, store: BinaryDatastore): Promise<boolean> {
  const append = record.append.bind(record)
  let steps = 0
  record.append = async (...entries) => {
    if (steps++ === step) throw new Error('killed')
    await append(...entries)
  }
  const isKilled = await work(record, store).then(
    () => false,
    () => true,
  )
  await record.end()
  return isKilled
}

async function valuesIn(store: BinaryDatastore): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const key of await keysIn(store)) found[key] = Buffer.from(await store.get(Key.parse(key))).toString()
  return found
}

const CASES: readonly (readonly [string, readonly string[], ManyAction])[] = [
  [
    'B17 a rename in which keys take the names of others',
    ['/a', '/aa', '/aaa', '/ab', '/b', '/ba/x', '/baa'],
    {
      type: 'rename',
      selection: { keys: [], ranges: [{ level: '/' }] },
      pattern: { kind: 'regex', find: '^(b?)a', replace: '$1aa' },
    },
  ],
  [
    'B18 a branch that moves up, with names that repeat',
    ['/a/b', '/a/b/b', '/a/b/b/b/c', '/a/b/b/c', '/a/b/c', '/a/b/d/b'],
    {
      type: 'transfer',
      selection: keys('/a/b'),
      to: { session: 'this', prefix: '/', name: 'a' },
      isMove: true,
    },
  ],
]

for (const [name, texts, action] of CASES) {
  it(`B10 ${name}, continues after a kill at any step`, async () => {
    const folder = await tempFolder()
    const facts = {
      action,
      conflicts: SKIP,
      title: 'Rename',
      from: { type: 'sample' as const },
      state: 'running' as const,
      canUndo: true,
      startedAt: 0,
    }
    const whole = await filled(texts)
    const record = await ActionRecord.create(folder, randomUUID(), facts)
    await work(record, whole)
    await record.end()
    const expected = await valuesIn(whole)
    let step = 0
    for (let isKilled = true; isKilled; step++) {
      const id = randomUUID()
      const store = await filled(texts)
      isKilled = await killedAt(step, await ActionRecord.create(folder, id, facts), store)
      const reopened = await ActionRecord.open(folder, id)
      await work(reopened, store)
      await reopened.end()
      expect(await valuesIn(store), `killed at step ${step}`).toEqual(expected)
      const parts = { record: reopened, source: store, target: store, signal, handled: () => undefined }
      await new ActionUndo(parts).run()
      expect(await keysIn(store), `undone after a kill at step ${step}`).toEqual([...texts].sort())
    }
    expect(step).toBeGreaterThan(4)
  })
}
