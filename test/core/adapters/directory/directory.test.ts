import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DirectoryDatastore, directories } from '../../../../src/core/adapters/directory/directory.ts'
import { directoryTree } from '../../../../src/core/adapters/directory/directory-tree.ts'
import { Key } from '../../../../src/core/key.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { collect, expectFailure, walkKeys } from '../../../../src/testkit/suite.ts'
import { anyKey } from '../../arbitrary-keys.ts'
import { BreakableDatastore } from '../breakable.ts'

const key = (text: string) => Key.parse(text)
const [films, brazil, dune] = [key('/films'), key('/films/Brazil'), key('/films/Dune')]
const value = Uint8Array.of(1)

function open() {
  const [values, members] = [new BreakableDatastore(), new MemoryDatastore()]
  return {
    values,
    members,
    store: directories(values, { members }),
    tree: directoryTree(values, { members }),
  }
}

async function read(store: DirectoryDatastore, directory: Key): Promise<string[]> {
  return (await collect(store.directoryRead(directory))).map(String)
}

describe('directories', () => {
  it('Y2 a directory is created empty, created again without loss, and an absent one is NOT_FOUND', async () => {
    const { store } = open()
    await expectFailure(read(store, films), 'NOT_FOUND', films)
    await store.directory(films)
    expect(await read(store, films)).toEqual([])
    await store.directoryAdd(films, brazil)
    await store.directory(films)
    expect(await read(store, films)).toEqual(['/films/Brazil'])
    await store.directoryRemove(films, brazil)
    expect(await read(store, films)).toEqual([])
  })

  it('Y2 members are listed once, in the order they were added, whatever their names', async () => {
    const { store } = open()
    const texts = ['/z', '/a', '/films/Brazil', '/~1a', '/~0', '/directory', '/a~b', '/é 🎭']
    for (const text of [...texts, ...texts]) await store.directoryAdd(films, key(text))
    expect(await read(store, films)).toEqual(texts)
    await store.directoryRemove(films, key('/a'))
    await store.directoryAdd(films, key('/a'))
    expect(await read(store, films)).toEqual([...texts.filter(text => text !== '/a'), '/a'])
  })

  it('Y2 membership is explicit: neither values nor directories below become members automatically', async () => {
    const { store } = open()
    await store.put(brazil, value)
    await store.directory(brazil)
    await store.directoryAdd(Key.root, films)
    await store.directoryAdd(films, dune)
    expect(await read(store, Key.root)).toEqual(['/films'])
    expect(await read(store, films)).toEqual(['/films/Dune'])
    expect(await walkKeys(store)).toEqual(['/films/Brazil'])
  })

  it('Y2 removing a key that is not a member is NOT_FOUND unless the caller allows it', async () => {
    const { store } = open()
    await store.directory(films)
    await expectFailure(store.directoryRemove(films, dune), 'NOT_FOUND', dune)
    await store.directoryRemove(films, dune, { missingOk: true })
  })

  it('Y8 concurrent changes through several stores are all kept', async () => {
    const { store, members } = open()
    const other = directories(new MemoryDatastore(), { members })
    const keys = Array.from({ length: 200 }, (_, index) => Key.of('m', `k${index}`))
    const adding = keys.map((each, index) => [store, other][index % 2]!.directoryAdd(films, each))
    await Promise.all(adding)
    expect((await read(store, films)).sort()).toEqual(keys.map(String).sort())
    const removing = keys
      .slice(50)
      .map((each, index) => [store, other][index % 2]!.directoryRemove(films, each))
    const late = keys.slice(0, 50).map(each => other.directoryAdd(films, Key.of('late').child(each)))
    await Promise.all([...removing, ...late])
    expect(await read(other, films)).toHaveLength(100)
  })

  it('Y8 D16 concurrent changes agree with a list, in call order', async () => {
    const names = ['/a', '/b', '/b/c', '/films']
    const change = fc.record({ isAdd: fc.boolean(), name: fc.constantFrom(...names) })
    const run = async (changes: readonly { readonly isAdd: boolean; readonly name: string }[]) => {
      const { store } = open()
      let expected: string[] = []
      await store.directory(films)
      const calls = changes.map(({ isAdd, name }) => {
        expected = isAdd && expected.includes(name) ? expected : expected.filter(each => each !== name)
        if (isAdd && !expected.includes(name)) expected = [...expected, name]
        return isAdd
          ? store.directoryAdd(films, key(name))
          : store.directoryRemove(films, key(name), { missingOk: true })
      })
      await Promise.all(calls)
      expect(await read(store, films)).toEqual(expected)
    }
    await fc.assert(fc.asyncProperty(fc.array(change, { maxLength: 30 }), run), { numRuns: 60 })
  })

  it('Y2 distinct keys stay distinct, as directories and as members', async () => {
    const run = async (keys: readonly Key[]) => {
      const { store } = open()
      const texts = [...new Set(keys.map(String))]
      for (const each of texts) await store.directoryAdd(key(each), key(each))
      for (const each of texts) expect(await read(store, key(each))).toEqual([each])
    }
    await fc.assert(fc.asyncProperty(fc.array(anyKey, { maxLength: 8 }), run), { numRuns: 60 })
  })

  it('Y2 an invalid record is CORRUPT', async () => {
    const { store, members } = open()
    for (const record of ['/~1films/~1a', '/~1films/a', '/~1films/~1..']) {
      await members.put(key(record), value)
      await expectFailure(read(store, films), 'CORRUPT', films)
      await members.delete(key(record))
    }
  })

  it('Y2 D13 D14 directories honor signals, and end when the store closes', async () => {
    const { store, values, members } = open()
    const aborted = { signal: AbortSignal.abort() }
    await expectFailure(store.directoryAdd(films, dune, aborted), 'ABORTED', films)
    await expectFailure(collect(store.directoryRead(films, aborted)), 'ABORTED', films)
    const adding = store.directoryAdd(films, dune)
    await store.close()
    await adding
    await expectFailure(store.directoryAdd(films, dune), 'CLOSED', films)
    await expectFailure(members.stats(), 'CLOSED')
    expect(values.closes).toBe(1)
    expect(() => directories(values, { members: values })).toThrow(/a store of their own/)
  })
})

describe('directoryTree', () => {
  it('Y9 each put is recorded under its parent, in order, and each delete and rename updates the record', async () => {
    const { tree } = open()
    for (const text of ['/films/Dune', '/films/Brazil', '/top', '/films/Brazil/notes'])
      await tree.put(key(text), value)
    expect(await read(tree, films)).toEqual(['/films/Dune', '/films/Brazil'])
    expect(await read(tree, Key.root)).toEqual(['/top'])
    expect(await read(tree, brazil)).toEqual(['/films/Brazil/notes'])
    await tree.put(dune, Uint8Array.of(2))
    await tree.rename(key('/top'), key('/films/Top'))
    await tree.delete(brazil)
    expect(await read(tree, films)).toEqual(['/films/Dune', '/films/Top'])
    expect(await read(tree, Key.root)).toEqual([])
    await tree.batch().put(brazil, value).delete(dune).commit()
    const made = await tree.putNew(films, value)
    expect(await read(tree, films)).toEqual(['/films/Top', '/films/Brazil', made.toString()])
  })

  it('Y10 a failed put records nothing, and a member without a value is not shown', async () => {
    const { tree, values, members } = open()
    await expectFailure(tree.put(dune, value, { create: false }), 'NOT_FOUND', dune)
    await expect(tree.put(Key.root, value)).rejects.toMatchObject({ code: 'KEY_INVALID' })
    expect(await walkKeys(members)).toEqual(['/~1films/directory'])
    await tree.put(brazil, value)
    values.breakOn('put')
    await expectFailure(tree.put(brazil, value), 'IO', brazil)
    values.mend()
    expect(await read(tree, films)).toEqual(['/films/Brazil'])
    await values.delete(brazil)
    expect(await read(tree, films)).toEqual([])
  })

  it('Y9 D16 after concurrent puts and deletes the directory lists exactly the values of the store', async () => {
    const change = fc.record({ isPut: fc.boolean(), name: fc.constantFrom('a', 'b', 'c') })
    const run = async (changes: readonly { readonly isPut: boolean; readonly name: string }[]) => {
      const { tree, members } = open()
      await tree.directory(films)
      await Promise.all(
        changes.map(({ isPut, name }) => {
          const at = films.child(name)
          return isPut ? tree.put(at, value) : tree.delete(at, { missingOk: true })
        }),
      )
      const shown = await read(tree, films)
      expect(shown.toSorted()).toEqual(await walkKeys(tree))
      expect((await walkKeys(members)).length).toBe(shown.length + 1)
    }
    await fc.assert(fc.asyncProperty(fc.array(change, { maxLength: 20 }), run), { numRuns: 60 })
  })
})
