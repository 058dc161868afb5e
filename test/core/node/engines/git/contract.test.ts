import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { GitDatastore, type GitOptions } from '../../../../../src/core/node/engines/git/git-datastore.ts'
import { nameProblem } from '../../../../../src/core/node/engines/git/names.ts'
import { describeDatastore, openedAt } from '../../../../contract/describe-datastore.ts'
import { TempRoots } from '../../fs/temp-root.ts'
import { AUTHOR, git } from './git.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())

const hostileSegments = (segment: string): boolean => nameProblem(segment) === undefined

/** Copied for each test, which takes less time than a process. */
let templates: Promise<string> | undefined

async function makeTemplates(): Promise<string> {
  const folder = await roots.make()
  await git(folder, 'init', '--quiet', '--bare', '--template=', '--initial-branch=main', 'bare')
  return folder
}

async function copyOf(): Promise<string> {
  templates ??= makeTemplates()
  const path = join(await roots.make(), 'store')
  await cp(join(await templates, 'bare'), path, { recursive: true })
  return path
}

function describeGit(name: string, options: GitOptions): void {
  describeDatastore(name, {
    ...openedAt(
      () => copyOf(),
      path => GitDatastore.open(path, { author: AUTHOR, ...options }),
    ),
    hostileSegments,
    runs: 4,
  })
}

describeGit('E90 GitDatastore in a bare repository', {})
describeGit('E90 GitDatastore by isomorphic-git', { program: 'isomorphic-git' })

describeDatastore('E90 GitDatastore, a commit', {
  create: async seed => {
    const path = await copyOf()
    const store = await GitDatastore.open(path, { author: AUTHOR })
    for (const { key, value } of seed) await store.put(key, value)
    await store.close()
    // A repository without a commit has no revision to open.
    return GitDatastore.open(path, seed.length === 0 ? { readOnly: true } : { at: 'main' })
  },
  hostileSegments,
})
