import fs, { promises } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join, relative } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { BranchHead } from '../../../../../src/core/node/engines/git/branch-head.ts'
import { BranchWriter, type Change } from '../../../../../src/core/node/engines/git/branch-writer.ts'
import { GitDatastore, type GitOptions } from '../../../../../src/core/node/engines/git/git-datastore.ts'
import { findRepository } from '../../../../../src/core/node/engines/git/place.ts'
import { ProgramRepository } from '../../../../../src/core/node/engines/git/program-repository.ts'
import type { RefMove } from '../../../../../src/core/node/engines/git/repository.ts'
import { Trees } from '../../../../../src/core/node/engines/git/trees.ts'
import { bytes } from '../../../../text.ts'
import { TempRoots } from '../../fs/temp-root.ts'
import { AUTHOR, git } from './git.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())

const REF = 'refs/heads/main'
let path: string
beforeEach(async () => {
  path = await roots.make()
  await git(path, 'init', '--quiet', '--bare', '--template=', '--initial-branch=main')
})

/** A repository whose branch moves fail after they were made, in a way that the test selects. */
class FailingRepository extends ProgramRepository {
  afterMove: ((move: RefMove) => Promise<void>) | undefined
  isReadable = true

  override async moveRef(move: RefMove): Promise<boolean> {
    const isMoved = await super.moveRef(move)
    const { afterMove } = this
    this.afterMove = undefined
    await afterMove?.(move)
    return isMoved
  }

  override resolve(name: string): Promise<string | undefined> {
    return this.isReadable ? super.resolve(name) : Promise.reject(new Error('git was ended'))
  }
}

async function failingWriter() {
  const place = await findRepository(path)
  if (place === undefined) throw new Error('There is no repository')
  const repository = new FailingRepository(place, true, AUTHOR)
  const trees = new Trees(repository)
  const head = new BranchHead(repository, trees, REF, false)
  const options = { author: AUTHOR, isDurable: true, isInline: true }
  return { repository, writer: new BranchWriter({ repository, trees, head, ref: REF }, options) }
}

/** Puts a file in the way of a store. */
const put = (name: string): Change<string> => ({
  make: async (draft, objects) => {
    const oid = objects.put('blob', bytes(name))
    await draft.set([name], { mode: '100644', oid })
    return { message: `put ${name}`, paths: [name], answer: () => 'done' }
  },
})
const refused: Change<string> = { make: () => Promise.reject(new Error('refused')) }

const outcomes = async (calls: readonly Promise<string>[]) =>
  (await Promise.allSettled(calls)).map(one => (one.status === 'fulfilled' ? one.value : String(one.reason)))

describe('a failure after the branch has moved', () => {
  it('E107 calls fail with a message that their commit was made; no call is repeated', async () => {
    const { repository, writer } = await failingWriter()
    await writer.commit(put('first'))
    // The folder to be flushed is missing for a moment.
    const folder = join(path, 'refs', 'heads')
    repository.afterMove = () => promises.rename(folder, `${folder}-away`)
    const calls = [put('a'), refused, put('b')].map(change => writer.commit(change))
    const [a, own, b] = await outcomes(calls)
    await promises.rename(`${folder}-away`, folder)
    expect([a, b]).toEqual([a, a])
    expect(a).toContain('the commit was made, but may not survive a power cut')
    expect(own).toBe('Error: refused')
    expect((await git(path, 'log', '--format=%s', 'main')).split('\n')).toEqual([
      'put b',
      'put a',
      'put first',
    ])
    expect(await writer.commit(put('c'))).toBe('done')
    expect(await git(path, 'rev-list', '--count', 'main')).toBe('4')
    await repository.close()
  })

  it('E107 if git is killed after it moved the branch, the calls succeed, even if others have committed since', async () => {
    const { repository, writer } = await failingWriter()
    const ended = () => Promise.reject(new Error('git was ended'))
    repository.afterMove = ended
    expect(await outcomes([put('a'), put('b')].map(change => writer.commit(change)))).toEqual([
      'done',
      'done',
    ])
    repository.afterMove = async () => {
      const tree = await git(path, 'rev-parse', 'main^{tree}')
      const theirs = await git(path, 'commit-tree', tree, '-p', 'main', '-m', 'by others')
      await git(path, 'update-ref', REF, theirs)
      return ended()
    }
    expect(await outcomes([put('c'), put('d')].map(change => writer.commit(change)))).toEqual([
      'done',
      'done',
    ])
    expect((await git(path, 'log', '--format=%s', 'main')).split('\n')).toEqual([
      'by others',
      'put d',
      'put c',
      'put b',
      'put a',
    ])
    await repository.close()
  })

  it('E107 if the state of the branch is unknown, the calls fail once', async () => {
    const { repository, writer } = await failingWriter()
    repository.afterMove = () => {
      repository.isReadable = false
      return Promise.reject(new Error('git was ended'))
    }
    const found = await outcomes([put('a'), put('b')].map(change => writer.commit(change)))
    expect(found).toEqual(['Error: git was ended', 'Error: git was ended'])
    expect(await git(path, 'rev-list', '--count', 'main')).toBe('2')
    repository.isReadable = true
    await repository.close()
  })
})

/** The flushes and renames from now on, in order, by their path in the repository. */
function recordFlushes(): string[] {
  const calls: string[] = []
  const paths = new Map<number, string>()
  const note = (call: string, at: unknown) => {
    const name = relative(path, String(at))
    if (!name.startsWith('..')) calls.push(`${call} ${kindOf(name)}`)
  }
  const { openSync, fdatasyncSync, renameSync } = fs
  vi.spyOn(fs, 'openSync').mockImplementation((...given) => {
    const file = openSync(...given)
    paths.set(file, String(given[0]))
    return file
  })
  vi.spyOn(fs, 'fdatasyncSync').mockImplementation(file => {
    note('flush', paths.get(file))
    fdatasyncSync(file)
  })
  vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    renameSync(from, to)
    note('name', to)
  })
  const { open, rename } = promises
  vi.spyOn(promises, 'open').mockImplementation(async (...given) => {
    const file = await open(...given)
    for (const method of ['sync', 'datasync'] as const) {
      const flush = file[method].bind(file)
      file[method] = () => {
        note('flush', given[0])
        return flush()
      }
    }
    return file
  })
  vi.spyOn(promises, 'rename').mockImplementation(async (from, to) => {
    await rename(from, to)
    note('name', to)
  })
  syncBuiltinESMExports()
  return calls
}

function kindOf(name: string): string {
  if (/^objects\/..\/tmp_obj/.test(name)) return 'new object'
  if (/^objects\/..\/[0-9a-f]+$/.test(name)) return 'object'
  if (/^objects\/..$/.test(name)) return 'folder of objects'
  return name
}

/** Without consecutive duplicates. */
const phases = (calls: readonly string[]) => calls.filter((call, index) => call !== calls[index - 1])

describe('durability', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    syncBuiltinESMExports()
  })
  const open = (options: GitOptions) =>
    GitDatastore.open(path, { author: AUTHOR, branch: 'a/b', durability: 'full', ...options })

  it.each(['git', 'isomorphic-git'] as const)(
    'E108 full, by %s: objects, then their names, then the branch, then its name',
    async program => {
      const store = await open({ program })
      const calls = recordFlushes()
      await store.put(Key.of('k'), bytes('value'))
      const objects = calls.filter(call => !call.includes('refs'))
      // A blob, a tree and a commit.
      const each = ['flush new object', 'name object']
      expect(objects.filter(call => each.includes(call))).toEqual([...each, ...each, ...each])
      const named = objects.slice(6)
      expect(named).toContain('flush objects')
      expect(named.filter(call => call !== 'flush objects').length).toBeGreaterThan(0)
      expect(phases(named.filter(call => call !== 'flush objects'))).toEqual(['flush folder of objects'])
      const branch = program === 'git' ? [] : ['flush refs/heads/a/b.lock', 'name refs/heads/a/b']
      expect(calls.slice(objects.length)).toEqual([...branch, 'flush refs/heads/a', 'flush refs/heads'])
      await store.close()
    },
  )

  it('E108 full, by git: it flushes the branch before renaming it, as its trace shows', async () => {
    const trace = join(await roots.make(), 'trace')
    const home = await roots.make()
    await writeFile(join(home, '.gitconfig'), `[trace2]\n\teventTarget = ${trace}\n`)
    vi.stubEnv('HOME', home)
    vi.stubEnv('XDG_CONFIG_HOME', home)
    for (const [durability, expected] of [
      ['none', 0],
      ['full', 1],
    ] as const) {
      const store = await open({ durability, program: 'git' })
      await store.put(Key.of(durability), bytes('value'))
      await store.close()
      const lines = (await readFile(trace, 'utf8'))
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as object)
      expect(flushesOf(lines)).toBe(expected)
    }
  })

  it('E108 with none nothing is flushed', async () => {
    const store = await open({ durability: 'none' })
    const calls = recordFlushes()
    await store.put(Key.of('k'), bytes('value'))
    expect(calls.filter(call => call.startsWith('flush'))).toEqual([])
    expect(calls.length).toBeGreaterThan(0)
    await store.close()
  })
})

/** The number of flushes by all git processes, according to their traces. */
function flushesOf(events: readonly object[]): number {
  let count = 0
  for (const { category, key, value } of events as readonly Record<string, unknown>[]) {
    if (category === 'fsync' && key === 'fsync/hardware-flush') count += Number(value)
  }
  return count
}
