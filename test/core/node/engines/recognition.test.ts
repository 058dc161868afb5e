import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import { nodeKinds, openStack } from '../../../../src/core/node/stack.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-recognition-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** The first kind that recognizes a path. */
async function kindOf(path: string): Promise<string | undefined> {
  for (const { kind, recognition } of nodeKinds) {
    if ((await recognition?.place?.(path)) !== undefined) return kind
  }
  return undefined
}

describe('recognition of a path', () => {
  it.each(['leveldb', 'lmdb', 'sqlite', 'git'])(
    'E11 a %s is recognised, and opens with the recognized options',
    async kind => {
      const path = join(folder, 'made')
      const made = await openStack({ strata: 1, root: { kind, path } })
      await made.store.put(Key.of('a'), new Uint8Array([1]))
      await made.close()
      expect(await kindOf(path)).toBe(kind)
      const options = await nodeKinds.find(one => one.kind === kind)?.recognition?.place?.(path)
      const again = await openStack({ strata: 1, root: { kind, ...options } })
      expect(await again.store.get(Key.of('a'))).toEqual(new Uint8Array([1]))
      await again.close()
    },
  )

  it('E11 recognizing an open SQLite database does not release its locks', async () => {
    const path = join(folder, 'open.db')
    const stack = await openStack({ strata: 1, root: { kind: 'sqlite', path } })
    await stack.store.put(Key.of('a'), new Uint8Array([1]))
    const locks = () =>
      readFileSync('/proc/locks', 'utf8')
        .split('\n')
        .filter(line => line.includes(`POSIX`) && line.includes(` ${process.pid} `)).length
    const before = locks()
    expect(await kindOf(path)).toBe('sqlite')
    expect(locks()).toBe(before)
    await stack.close()
  })

  it('E11 other files and folders are not recognized', async () => {
    const at = (name: string) => join(folder, name)
    await mkdir(at('folder'))
    await writeFile(at('folder/CURRENT'), 'MANIFEST-000001')
    await mkdir(at('rocks'))
    await writeFile(at('rocks/CURRENT'), 'MANIFEST-000001\n')
    await writeFile(at('rocks/IDENTITY'), 'x')
    await writeFile(at('empty'), '')
    await writeFile(at('short'), 'SQLite')
    await writeFile(at('data.mdb'), Buffer.alloc(8192))
    for (const name of ['folder', 'rocks', 'empty', 'short', 'data.mdb', 'nothing', '.']) {
      expect([name, await kindOf(at(name))]).toEqual([name, undefined])
    }
  })

  it('E11 a pipe does not block', async ({ skip }) => {
    skip(process.platform === 'win32', 'Windows has no such pipes')
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    expect(await kindOf(path)).toBeUndefined()
  })
})
