import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KeyTransformDatastore } from '../../../../../src/core/adapters/transform/key-transform.ts'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { walkKeys } from '../../../../../src/testkit/suite.ts'
import { bytesOf } from '../bytes-of.ts'
import { pathsBelow, TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

/** Like py-datastore: `:` becomes `/`, and the extension is appended. */
async function writeAsPython(key: string, extension: string): Promise<void> {
  const path = join(root, `${key.replaceAll(':', '/').slice(1)}${extension}`)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, key)
}

const sketches = ['/Comedy:MontyPython/Actor:JohnCleese', '/Comedy:MontyPython/Sketch:CheeseShop', '/plain']
const open = (options = {}) => FsDatastore.open(root, { layout: 'py-datastore', ...options })

describe('folders of py-datastore', () => {
  it.each(['.data', '.obj'])('I1 F26 F7 values in %s files are found automatically', async extension => {
    for (const key of sketches) await writeAsPython(key, extension)
    const store = await open()
    expect((await walkKeys(store)).sort()).toEqual(sketches.map(key => key.replaceAll(':', '/')).sort())
    const key = Key.parse('/Comedy/MontyPython/Sketch/CheeseShop')
    expect(Buffer.from(await store.get(key)).toString()).toBe(sketches[1])
    await store.put(key, bytesOf('edited'))
    expect(await readFile(join(root, `Comedy/MontyPython/Sketch/CheeseShop${extension}`), 'utf8')).toBe(
      'edited',
    )
    for (const text of await walkKeys(store)) await store.delete(Key.parse(text))
    await store.close()
    // Once emptied, the store still knows the extension of its values.
    await using again = await open()
    await again.put(Key.parse('/a/b'), bytesOf('x'))
    expect(await readdir(join(root, 'a'))).toEqual([`b${extension}`])
  })

  it('F27 F2 a segment with a colon is rejected, because it would share its file with another key', async () => {
    await using store = await open()
    await store.put(Key.parse('/a/b'), bytesOf('slash'))
    await expect(store.put(Key.parse('/a:b'), bytesOf('colon'))).rejects.toMatchObject({
      code: 'KEY_INVALID',
      message:
        'Cannot put "/a:b": py-datastore keeps "a:b" and "a/b" in one file: only the name with "/" is taken',
    })
    await expect(store.get(Key.parse('/a:b'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(Buffer.from(await store.get(Key.parse('/a/b'))).toString()).toBe('slash')
  })

  it('N1 F26 keys with colons work through a transform that maps them like py-datastore', async () => {
    for (const key of sketches) await writeAsPython(key, '.data')
    await using store = new KeyTransformDatastore(await open(), {
      to: key => Key.parse(key.toString().replaceAll(':', '/')),
      from: key => key,
      manyToOne: true,
    })
    for (const key of sketches) expect(Buffer.from(await store.get(Key.parse(key))).toString()).toBe(key)
  })

  it('F3 keys that lead py-datastore outside are rejected', async () => {
    await using store = await open()
    await expect(store.put(Key.parse('/e:..:..:x'), bytesOf('x'))).rejects.toMatchObject({
      code: 'KEY_INVALID',
    })
    expect(await pathsBelow(root)).toEqual(['.strata/', '.strata/layout.json', '.strata/tmp/'])
  })

  it('F26 its count of bytes is not a value, and no key overwrites it', async () => {
    await writeFile(join(root, 'diskUsage.data'), '{"diskUsage":3,"accuracy":"exact"}')
    await writeAsPython('/a', '.data')
    await using store = await open()
    expect(await walkKeys(store)).toEqual(['/a'])
    await expect(store.put(Key.parse('/diskUsage'), bytesOf('x'))).rejects.toMatchObject({
      code: 'KEY_INVALID',
    })
    await store.put(Key.parse('/deep/diskUsage'), bytesOf('x'))
  })
})
