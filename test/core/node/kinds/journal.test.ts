import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { JournalDatastore } from '../../../../src/core/adapters/journal/journal.ts'
import { Key } from '../../../../src/core/key.ts'
import { describeKinds, openStack } from '../../../../src/core/node/stack.ts'
import { collect } from '../../../../src/testkit/suite.ts'
import { TempRoots } from '../fs/temp-root.ts'

const roots = new TempRoots()
afterEach(() => roots.remove())

const key = Key.parse('/films/Brazil')
const documentOf = (options: object) => ({
  strata: 1,
  root: { kind: 'journal', log: 'undo', store: { kind: 'fs', path: 'data' }, ...options },
})

describe('the kind journal', () => {
  it('X2 W4 records writes in a folder beside the stack file, and undoes them after reopening', async () => {
    const baseDirectory = await roots.make()
    {
      await using stack = await openStack(documentOf({ durability: 'full', maxBytes: 1e6 }), {
        baseDirectory,
      })
      await stack.store.put(key, Uint8Array.of(1))
      await stack.store.put(key, Uint8Array.of(2))
    }
    expect(await readdir(join(baseDirectory, 'undo'))).toEqual(['0000000000000001.journal'])
    await using stack = await openStack(documentOf({}), { baseDirectory })
    const store = stack.nodes[0]?.store
    if (!(store instanceof JournalDatastore)) return expect.fail('it is not a journal')
    const [latest] = await collect(store.entries({ reverse: true, limit: 1 }))
    await store.undo(latest?.sequence ?? 0)
    expect(await store.get(key)).toEqual(Uint8Array.of(1))
  })

  it('X2 describes its log as a folder', () => {
    const { schema } = describeKinds().find(({ kind }) => kind === 'journal') ?? {}
    expect(schema).toMatchObject({ properties: { log: { format: 'folder-path' } }, required: ['log'] })
  })

  it('X1 invalid options are rejected with their position, and leave nothing open', async () => {
    const baseDirectory = await roots.make()
    await mkdir(join(baseDirectory, 'undo'))
    await expect(openStack(documentOf({ log: '' }), { baseDirectory })).rejects.toMatchObject({
      path: 'root.log',
    })
    const tooMuch = documentOf({ maxBytes: 8000, maxValueBytes: 5000 })
    await expect(openStack(tooMuch, { baseDirectory })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('maxValueBytes') as string,
    })
    expect(await readdir(join(baseDirectory, 'undo'))).toEqual([])
  })
})
