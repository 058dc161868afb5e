import { constants } from 'node:fs'
import { access, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Key } from '../../../src/core/key.ts'
import { nodeKinds, openStack, validateDocument } from '../../../src/core/node/stack.ts'
import { defineKind } from '../../../src/core/stack/kind.ts'
import { Registry } from '../../../src/core/stack/registry.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { findJsonError } from '../../../src/main/host/stacks/json-error.ts'
import { templates } from '../../../src/main/host/stacks/templates.ts'
import { nameOfKilled } from './name-of-killed.ts'
import { bytesOf, connect, tempFolder, testHost, textOf } from './test-host.ts'

const page = async () => connect(await testHost())

describe('stacks.kinds, stacks.templates', () => {
  it('X2 every kind has a label, help and a JSON schema', async () => {
    const { kinds } = await (await page()).call('stacks.kinds', {})
    expect(kinds.map(kind => kind.kind)).toEqual(
      expect.arrayContaining(['memory', 'fs', 'tiered', 'sharded', 'read-only', 'null']),
    )
    for (const kind of kinds) {
      expect(kind.label.length * kind.help.length).toBeGreaterThan(0)
      expect(kind.schema['type']).toBe('object')
      expect(kind.childrenField === undefined).toBe(kind.children === 'none')
    }
  })

  it('X1 every template is valid unchanged', async () => {
    const found = (await (await page()).call('stacks.templates', {})).templates
    expect(found.length).toBeGreaterThanOrEqual(5)
    for (const { document, id } of found) expect([id, validateDocument(document)]).toEqual([id, []])
  })

  it('X1 every template opens, and creates its folders below the given home', async () => {
    const home = await tempFolder()
    for (const { document } of templates(home)) await (await openStack(document)).close()
    expect((await readdir(join(home, 'strata-data'))).sort()).toEqual([
      'first',
      'folder',
      'second',
      'shard-a',
      'shard-b',
      'shard-c',
      'shard-d',
    ])
  })
})

describe('stacks.validate', () => {
  const problems = async (text: string) => (await (await page()).call('stacks.validate', { text })).problems

  it('X1 reports all errors with their positions', async () => {
    const root = { kind: 'tiered', tiers: [{ kind: 'memory', size: 3 }, { kind: 'nothing' }] }
    const found = await problems(JSON.stringify({ strata: 1, root }))
    expect(found.map(problem => problem.path)).toEqual(['root.tiers[0].size', 'root.tiers[1].kind'])
    expect(await problems('{"strata":1,"root":{"kind":"memory"}}')).toEqual([])
  })

  it('reports where text is not JSON', async () => {
    expect(await problems('{ "strata": 1,\n  "root": }')).toEqual([
      { path: '', message: 'a value is expected here', offset: 25 },
    ])
  })

  it('accepts texts up to four million characters', async () => {
    const call = (await page()).call('stacks.validate', { text: ' '.repeat(4_000_001) })
    await expect(call).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })
})

const greetingKind = defineKind({
  kind: 'greeting',
  label: 'Greeting',
  help: 'Memory that begins with one value.',
  schema: z.strictObject({ text: z.string() }),
  children: 'none',
  open: async ({ text }) => {
    const store = new MemoryDatastore()
    await store.put(Key.parse('/greeting'), bytesOf(text))
    return store
  },
})

describe('kinds of a program of its own', () => {
  const registry = new Registry([...nodeKinds, greetingKind])
  const documentOf = (root: object) => ({ strata: 1, root })
  const hello = { kind: 'greeting', text: 'hello' }

  it('H12 are described and validated beside the others', async () => {
    const own = await connect(await testHost({ registry }))
    const { kinds } = await own.call('stacks.kinds', {})
    expect(kinds.map(({ kind }) => kind)).toEqual([...nodeKinds.map(({ kind }) => kind), 'greeting'])
    const problems = async (root: object) =>
      (await own.call('stacks.validate', { text: JSON.stringify(documentOf(root)) })).problems
    expect(await problems(hello)).toEqual([])
    expect(await problems({ kind: 'greeting', text: 1 })).toMatchObject([{ path: 'root.text' }])
    const text = JSON.stringify(documentOf(hello))
    expect((await (await page()).call('stacks.validate', { text })).problems).toMatchObject([
      { path: 'root.kind' },
    ])
  })

  it('H12 open in documents and in stack files', async () => {
    const own = await connect(await testHost({ registry }))
    const file = join(await tempFolder(), 'mine.stack.json')
    await writeFile(file, JSON.stringify(documentOf(hello)))
    for (const source of [
      { type: 'document', document: documentOf(hello) },
      { type: 'stackFile', path: file },
    ] as const) {
      const { id } = await own.call('sessions.open', { source })
      const { bytes } = await own.call('store.get', { session: id, key: '/greeting' })
      expect(textOf(bytes)).toBe('hello')
    }
  })

  it('H12 are applied, and memory beside them is kept', async () => {
    const own = await connect(await testHost({ registry }))
    const memory = { kind: 'memory', id: 'm' }
    const mount = (text: string) =>
      documentOf({ kind: 'mount', mounts: { '/own': { kind: 'greeting', id: 'g', text }, '/m': memory } })
    const source = { type: 'document', document: mount('hello') } as const
    const { id: session } = await own.call('sessions.open', { source })
    await own.call('store.put', { session, key: '/m/a', bytes: bytesOf('kept') })
    await own.call('sessions.apply', {
      session,
      document: mount('good evening'),
      decisions: { discard: true },
    })
    const get = async (key: string) => textOf((await own.call('store.get', { session, key })).bytes)
    expect([await get('/own/greeting'), await get('/m/a')]).toEqual(['good evening', 'kept'])
    // In reverse: an apply that fails opens the document of the own kind again.
    const failing = documentOf({ kind: 'fs', path: join(await tempFolder(), 'absent'), create: false })
    const applied = own.call('sessions.apply', { session, document: failing, decisions: { discard: true } })
    await expect(applied).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect([await get('/own/greeting'), await get('/m/a')]).toEqual(['good evening', 'kept'])
  })
})

describe('findJsonError', () => {
  it('agrees with the platform on what is JSON', () => {
    const almost = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '}', ']', '"', ' ', '\n', '0', 'e', '\\', '-', '.'),
      )
      .map(
        ([text, at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice(at % (text.length + 1)),
      )
    fc.assert(
      fc.property(fc.oneof(fc.json(), almost, fc.string()), text => {
        const error = findJsonError(text)
        expect(error === undefined).toBe(isJson(text))
        if (error !== undefined) expect(error.offset).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['', 0],
    ['[1,2', 4],
    ['{"a":1}x', 7],
    ['{"a" 1}', 5],
    ['{"a":1,}', 7],
    ['[01]', 1],
    ['nul', 0],
    ['"abc', 0],
    ['[1 2]', 3],
    [']', 0],
    ['[}', 1],
  ])('points into %j', (text, offset) => {
    expect(findJsonError(text)?.offset).toBe(offset)
  })

  it('accepts very long and very deep texts', () => {
    expect(findJsonError(`"${'x'.repeat(3_900_000)}"`)).toBeUndefined()
    expect(findJsonError(`"${'x'.repeat(3_900_000)}`)?.offset).toBe(0)
    expect(findJsonError('['.repeat(1_000_000))?.offset).toBe(1_000_000)
  })

  function isJson(text: string): boolean {
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  }
})

describe('stacks.read, stacks.write', () => {
  const TEXT = '{ "strata": 1, "root": { "kind": "memory" } }\r\n'

  it('keep the text as it is', async () => {
    const client = await page()
    const path = join(await tempFolder(), 'new', 'my.stack.json')
    await client.call('stacks.write', { path, text: TEXT })
    expect(await client.call('stacks.read', { path })).toEqual({ path, text: TEXT })
    expect(await readdir(join(path, '..'))).toEqual(['my.stack.json'])
  })

  it('refuse to replace a file unless told to, and then replace it whole', async () => {
    const client = await page()
    const path = join(await tempFolder(), 'my.stack.json')
    await writeFile(path, 'old')
    const write = client.call('stacks.write', { path, text: TEXT })
    await expect(write).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    expect(await readFile(path, 'utf8')).toBe('old')
    await client.call('stacks.write', { path, text: TEXT, replace: true })
    expect(await readFile(path, 'utf8')).toBe(TEXT)
    expect(await readdir(join(path, '..'))).toEqual(['my.stack.json'])
  })

  it('keep a private file private', async ctx => {
    if (process.platform === 'win32') ctx.skip('Windows has no such modes')
    const client = await page()
    const path = join(await tempFolder(), 'my.stack.json')
    await writeFile(path, 'old', { mode: 0o600 })
    await client.call('stacks.write', { path, text: TEXT, replace: true })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('of two that create one file at once, one succeeds and the other fails', async () => {
    const client = await page()
    const path = join(await tempFolder(), 'my.stack.json')
    const texts = Array.from({ length: 8 }, (_, index) => `{"n":${index}}`)
    const results = await Promise.allSettled(texts.map(text => client.call('stacks.write', { path, text })))
    const winners = texts.filter((_, index) => results[index]!.status === 'fulfilled')
    expect(winners).toEqual([await readFile(path, 'utf8')])
  })

  it('H6 leftovers of a killed save are removed when the file is opened again', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'my.stack.json')
    await writeFile(path, '{}')
    await writeFile(join(folder, `.my.stack.json.${await nameOfKilled()}`), 'half')
    await (await page()).call('stacks.read', { path })
    expect(await readdir(folder)).toEqual(['my.stack.json'])
  })

  it('H7 a file that behaves as a device does not block the call', async ctx => {
    // A file of `/proc` that is a regular file to the system, but makes a reader wait for the next message.
    const log = '/proc/kmsg'
    if (
      !(await access(log, constants.R_OK).then(
        () => true,
        () => false,
      ))
    )
      ctx.skip(`${log} cannot be read here`)
    const path = join(await tempFolder(), 'waits.stack.json')
    await symlink(log, path)
    await expect((await page()).call('stacks.read', { path })).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })

  it('change only stack files', async () => {
    const client = await page()
    const folder = await tempFolder()
    await writeFile(join(folder, 'secret.json'), '{}')
    for (const name of ['secret.json', 'stack.json', 'x.stack.json.txt', '']) {
      const path = join(folder, name)
      await expect(client.call('stacks.read', { path })).rejects.toMatchObject({ code: 'BAD_INPUT' })
      const write = client.call('stacks.write', { path, text: '', replace: true })
      await expect(write).rejects.toMatchObject({ code: 'BAD_INPUT' })
    }
  })

  it('report errors', async () => {
    const client = await page()
    const folder = await tempFolder()
    const read = (name: string) => client.call('stacks.read', { path: join(folder, name) })
    await expect(read('nothing.stack.json')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await mkdir(join(folder, 'folder.stack.json'))
    await expect(read('folder.stack.json')).rejects.toMatchObject({ code: 'CONFLICT' })
    await writeFile(join(folder, 'bytes.stack.json'), new Uint8Array([0xff, 0xfe, 0x00]))
    await expect(read('bytes.stack.json')).rejects.toMatchObject({ code: 'CORRUPT' })
    await writeFile(join(folder, 'large.stack.json'), ' '.repeat(4 * 1024 * 1024 + 1))
    await expect(read('large.stack.json')).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await symlink('/dev/zero', join(folder, 'endless.stack.json'))
    await expect(read('endless.stack.json')).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await expect(read('a\0b.stack.json')).rejects.toMatchObject({ code: 'BAD_INPUT' })
    const wide = client.call('stacks.write', {
      path: join(folder, 'wide.stack.json'),
      text: '€'.repeat(2_000_000),
    })
    await expect(wide).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})

describe('files.browse', () => {
  it('shows folders first, and the path of the folder', async () => {
    const folder = await tempFolder()
    await Promise.all(['b10', 'b9', 'a'].map(name => writeFile(join(folder, name), '')))
    await Promise.all(['z', 'y'].map(name => mkdir(join(folder, name))))
    await symlink(join(folder, 'z'), join(folder, 'link'))
    await symlink(join(folder, 'nowhere'), join(folder, 'broken'))
    const { path, parent, entries } = await (await page()).call('files.browse', { path: `${folder}/./z/..` })
    expect([path, parent]).toEqual([folder, join(folder, '..')])
    expect(entries.map(entry => `${entry.name}${entry.isFolder ? '/' : ''}`)).toEqual([
      'link/',
      'y/',
      'z/',
      'a',
      'b9',
      'b10',
      'broken',
    ])
    expect(entries[1]?.path).toBe(join(folder, 'y'))
  })

  it('starts at home, and ends at the root', async () => {
    const client = await page()
    expect((await client.call('files.browse', { path: '' })).path).toBe(homedir())
    expect((await client.call('files.browse', { path: '~' })).path).toBe(homedir())
    expect((await client.call('files.browse', { path: '/' })).parent).toBeUndefined()
  })

  it('reports errors', async () => {
    const client = await page()
    const folder = await tempFolder()
    await writeFile(join(folder, 'file'), '')
    const browse = (path: string) => client.call('files.browse', { path })
    await expect(browse(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(browse(join(folder, 'file'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(browse('/\0')).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await rm(folder, { recursive: true })
    await expect(browse(folder)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
