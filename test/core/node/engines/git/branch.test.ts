import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { DatastoreError } from '../../../../../src/core/errors.ts'
import { Key } from '../../../../../src/core/key.ts'
import { GitDatastore, type GitOptions } from '../../../../../src/core/node/engines/git/git-datastore.ts'
import type { KeyCommit } from '../../../../../src/core/node/engines/git/history.ts'
import { collect } from '../../../../../src/testkit/suite.ts'
import { TempRoots } from '../../fs/temp-root.ts'
import { AUTHOR, git } from './git.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())

const [a, b] = [Key.of('a'), Key.parse('/docs/b')]
const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const textOf = (value: Uint8Array | undefined) => value && Buffer.from(value).toString()
const open = (path: string, options: GitOptions = {}) =>
  GitDatastore.open(path, { author: AUTHOR, ...options })
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: unknown) => (error instanceof DatastoreError ? error.code : String(error)),
  )

let path: string
/** A working tree with the branch `main`, to which others commit. */
beforeEach(async () => {
  path = await roots.make()
  await git(path, 'init', '--quiet', '--template=', '--initial-branch=main')
})

async function commitFile(name: string, text: string): Promise<string> {
  await writeFile(join(path, name), text)
  await git(path, 'add', '--', name)
  await git(path, 'commit', '--quiet', '-m', `others write ${name}`)
  return git(path, 'rev-parse', 'HEAD')
}

describe('commits', () => {
  it('E90 each call is one commit with its author and a message, also a batch or a transaction', async () => {
    await using store = await open(path, { branch: 'data' })
    await store.put(a, bytes('1'))
    await store.put(b, bytes('2'))
    await store.rename(b, Key.of('c'))
    await store.batch().put(Key.of('d'), bytes('4')).delete(a).commit()
    await store.transaction(async inside => {
      await inside.put(Key.of('e'), await inside.get(Key.of('d')))
      await inside.delete(Key.of('c'))
    })
    await store.delete(Key.of('d'))
    await store.commit([{ type: 'put', key: a, bytes: bytes('9') }], {
      message: 'Say why',
      author: { name: 'Eve', email: 'eve@example.org' },
    })
    expect((await git(path, 'log', '--format=%an <%ae> %s', 'data')).split('\n')).toEqual([
      'Eve <eve@example.org> Say why',
      'Ann <ann@example.org> delete /d',
      'Ann <ann@example.org> put 1, delete 1 keys',
      'Ann <ann@example.org> put 1, delete 1 keys',
      'Ann <ann@example.org> rename /docs/b to /c',
      'Ann <ann@example.org> put /docs/b',
      'Ann <ann@example.org> put /a',
    ])
    expect(await git(path, 'ls-tree', '-r', '--name-only', 'data')).toBe('a\ne')
    await git(path, 'fsck', '--strict')
  })

  it('E90 calls of one turn are separate commits, and the branch moves once', async () => {
    await using store = await open(path, { branch: 'data' })
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => store.put(Key.of(`k${index}`), bytes(`${index}`))),
    )
    expect(await git(path, 'rev-list', '--count', 'data')).toBe('40')
    expect((await git(path, 'reflog', 'data')).split('\n').length).toBeLessThan(10)
  })

  it('E90 a put of unchanged bytes is a commit and a new version', async () => {
    await using store = await open(path, { branch: 'data' })
    const first = await store.put(a, bytes('1'))
    const second = await store.put(a, bytes('1'))
    expect(second.etag).not.toBe(first.etag)
    expect(await git(path, 'rev-list', '--count', 'data')).toBe('2')
  })
})

describe.each(['git', 'isomorphic-git'] as const)('other programs, by %s', program => {
  it('E91 commits by others are visible at once, and reported to watchers', async () => {
    await commitFile('a', 'one')
    await using store = await open(path, { program })
    expect(textOf(await store.get(a))).toBe('one')
    const changes = store.watch(Key.root)[Symbol.asyncIterator]()
    const next = changes.next()
    await commitFile('b', 'two')
    expect((await next).value).toMatchObject({ type: 'put', key: Key.of('b') })
    expect(textOf(await store.get(Key.of('b')))).toBe('two')
    await git(path, 'pack-refs', '--all')
    expect(textOf(await store.get(Key.of('b')))).toBe('two')
    await changes.return?.()
  })

  it('E91 a put to a branch that others have moved keeps their commit', async () => {
    const bare = join(await roots.make(), 'bare.git')
    await commitFile('a', 'one')
    await git(path, 'clone', '--quiet', '--bare', path, bare)
    await using store = await open(bare, { program })
    const { etag } = await store.stat(a)
    await commitFile('b', 'two')
    await git(path, 'push', '--quiet', bare, 'main')
    await store.put(a, bytes('mine'), { ifMatch: etag })
    expect(await git(bare, 'show', 'main:b')).toBe('two')
    expect(await git(bare, 'show', 'main:a')).toBe('mine')
  })

  it('E91 an etag is exact: a value that others changed and changed back is a new version', async () => {
    const bare = join(await roots.make(), 'bare.git')
    await commitFile('a', 'one')
    await git(path, 'clone', '--quiet', '--bare', path, bare)
    const store = await open(bare, { program })
    const { etag } = await store.stat(a)
    await commitFile('a', 'two')
    await commitFile('a', 'one')
    await git(path, 'push', '--quiet', bare, 'main')
    expect(await codeOf(store.put(a, bytes('mine'), { ifMatch: etag }))).toBe('CONFLICT')
    await store.close()
    await using again = await open(bare, { program })
    expect(await codeOf(again.put(a, bytes('mine'), { ifMatch: etag }))).toBe('CONFLICT')
    expect(textOf(await again.get(a))).toBe('one')
  })

  it('E91 an etag stays valid after reopening, as long as the key does not change', async () => {
    await using store = await open(path, { branch: 'data', program })
    const { etag } = await store.put(a, bytes('one'))
    await store.put(b, bytes('two'))
    await store.close()
    await using again = await open(path, { branch: 'data', program })
    await again.put(a, bytes('three'), { ifMatch: etag })
    expect(await codeOf(again.put(a, bytes('four'), { ifMatch: etag }))).toBe('CONFLICT')
  })

  it('E93 a commit, a tag and the history of a key can be read', async () => {
    const first = await commitFile('a', 'one')
    await git(path, 'tag', '-a', '-m', 'a tag', 'v1')
    await commitFile('a', 'two')
    await git(path, 'rm', '--quiet', 'a')
    await git(path, 'commit', '--quiet', '-m', 'remove it')
    await commitFile('b', 'other')
    await using store = await open(path, { program })
    const history: KeyCommit[] = await collect(store.history(a))
    expect(history.map(({ message, isThere, author }) => [message.trim(), isThere, author.name])).toEqual([
      ['remove it', false, 'Bob'],
      ['others write a', true, 'Bob'],
      ['others write a', true, 'Bob'],
    ])
    expect(history[2]?.commit).toBe(first)
    expect(textOf(await store.valueAt(a, first))).toBe('one')
    expect(textOf(await store.valueAt(a, 'main'))).toBeUndefined()
    expect(await codeOf(store.valueAt(a, 'nothing'))).toBe('NOT_FOUND')
    for (const at of ['v1', first]) {
      await using old = await open(path, { at, program })
      expect(textOf(await old.get(a))).toBe('one')
      expect(await codeOf(old.put(a, bytes('x')))).toBe('READ_ONLY')
      expect(await codeOf(old.commit([]))).toBe('READ_ONLY')
    }
    expect(await codeOf(open(path, { at: 'v2', program }))).toBe('CONFIG_INVALID')
  })
})

describe('working trees', () => {
  it('E92 a put to the branch that is checked out updates its file and the index', async () => {
    await commitFile('a', 'one')
    await using store = await open(path)
    await store.put(a, bytes('two'))
    await store.put(b, bytes('new'))
    expect(await readFile(join(path, 'a'), 'utf8')).toBe('two')
    expect(await readFile(join(path, 'docs/b'), 'utf8')).toBe('new')
    await store.delete(b)
    expect(await git(path, 'status', '--porcelain')).toBe('')
  })

  it('E92 a file with uncommitted changes is never overwritten, and others are written', async () => {
    await commitFile('a', 'one')
    await commitFile('c', 'one')
    await writeFile(join(path, 'a'), 'not committed')
    await writeFile(join(path, 'untracked'), 'mine')
    await using store = await open(path)
    const [onA, onUntracked, onC] = await Promise.all([
      codeOf(store.put(a, bytes('two'))),
      codeOf(store.put(Key.of('untracked'), bytes('two'))),
      codeOf(store.put(Key.of('c'), bytes('two'))),
    ])
    expect([onA, onUntracked, onC]).toEqual(['CONFLICT', 'CONFLICT', 'done'])
    expect(await codeOf(store.delete(a))).toBe('CONFLICT')
    expect(await readFile(join(path, 'a'), 'utf8')).toBe('not committed')
    expect(await readFile(join(path, 'untracked'), 'utf8')).toBe('mine')
    expect(textOf(await store.get(a))).toBe('one')
    expect(await git(path, 'status', '--porcelain')).toBe(' M a\n?? untracked')
  })

  it('E92 a branch in another working tree of the repository is updated there', async () => {
    await commitFile('a', 'one')
    const linked = join(await roots.make(), 'linked')
    await git(path, 'worktree', 'add', '--quiet', '-b', 'data', linked)
    await using store = await open(linked)
    await store.put(a, bytes('two'))
    expect(await readFile(join(linked, 'a'), 'utf8')).toBe('two')
    expect(await git(linked, 'status', '--porcelain')).toBe('')
    expect(await readFile(join(path, 'a'), 'utf8')).toBe('one')
  })

  it('E92 without the git program a checked-out branch is not written', async () => {
    await commitFile('a', 'one')
    await using store = await open(path, { program: 'isomorphic-git' })
    expect(await codeOf(store.put(a, bytes('two')))).toBe('UNSUPPORTED')
    expect(textOf(await store.get(a))).toBe('one')
  })
})

describe('names and modes', () => {
  it('E94 names that git does not allow are KEY_INVALID', async () => {
    await using store = await open(path, { branch: 'data' })
    for (const name of ['.git', '.GIT', 'git~1', '.git. ', '.g\u200cit', 'x\\.git', 'nul\0']) {
      expect([name, await codeOf(store.put(Key.of('docs', name), bytes('x')))]).toEqual([name, 'KEY_INVALID'])
      expect(await store.has(Key.of('docs', name))).toBe(false)
    }
    await store.put(Key.of('.gitignore'), bytes('x'))
    await git(path, 'fsck', '--strict')
  })

  it('E94 an executable stays executable, links and submodules are reported as hidden and rejected', async () => {
    await writeFile(join(path, 'run'), 'one', { mode: 0o755 })
    await symlink('run', join(path, 'link'))
    await mkdir(join(path, 'sub'))
    await git(join(path, 'sub'), 'init', '--quiet', '--template=')
    await git(join(path, 'sub'), 'commit', '--quiet', '--allow-empty', '-m', 'x')
    await git(path, '-c', 'advice.addEmbeddedRepo=false', 'add', '.')
    await git(path, 'commit', '--quiet', '-m', 'x')
    await using store = await open(path)
    await store.put(Key.of('run'), bytes('two'))
    await store.rename(Key.of('run'), Key.of('bin', 'run'))
    expect(await git(path, 'ls-tree', 'main:bin')).toMatch(/^100755 blob/)
    const { children, hidden } = await store.list(Key.root)
    expect(children.map(({ name }) => name)).toEqual(['bin'])
    expect(hidden?.examples).toEqual([
      { name: 'link', reason: 'link' },
      { name: 'sub', reason: 'special' },
    ])
    for (const name of ['link', 'sub']) {
      expect(await codeOf(store.get(Key.of(name)))).toBe('UNSUPPORTED')
      expect(await codeOf(store.put(Key.of(name), bytes('x')))).toBe('UNSUPPORTED')
      expect(await codeOf(store.put(Key.of(name, 'x'), bytes('x')))).toBe('UNSUPPORTED')
      expect(await codeOf(store.delete(Key.of(name)))).toBe('UNSUPPORTED')
    }
  })
})

describe('opening', () => {
  it('E90 invalid repositories, branches and options are CONFIG_INVALID, and nothing is created', async () => {
    await commitFile('a', 'one')
    expect(await codeOf(open(path, { branch: 'none', create: false }))).toBe('CONFIG_INVALID')
    expect(await codeOf(open(path, { branch: '../x' }))).toBe('CONFIG_INVALID')
    expect(await codeOf(open(path, { branch: 'main', at: 'main' }))).toBe('CONFIG_INVALID')
    expect(await codeOf(open(join(path, 'none'), { create: false }))).toBe('CONFIG_INVALID')
    expect(await codeOf(open(join(path, 'a')))).toBe('CONFIG_INVALID')
    await git(path, 'checkout', '--quiet', '--detach')
    expect(await codeOf(open(path))).toBe('CONFIG_INVALID')
    expect(await git(path, 'status', '--porcelain')).toBe('')
  })

  it('E91 a branch that another program keeps locked is TIMEOUT', { timeout: 30_000 }, async () => {
    await using store = await open(path, { branch: 'data' })
    await store.put(a, bytes('one'))
    await writeFile(join(path, '.git/refs/heads/data.lock'), '')
    expect(await codeOf(store.put(a, bytes('two')))).toBe('TIMEOUT')
    expect(textOf(await store.get(a))).toBe('one')
  })
})
