import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { walk } from '../../../../src/main/host/jobs/walk.ts'
import type { CallError } from '../../../../src/renderer/api/client.ts'
import type { JobInfo, JobRequest } from '../../../../src/shared/procedures/jobs.ts'
import type { ConflictChoices, ManyAction, Selection } from '../../../../src/shared/procedures/many.ts'
import { eventually, type TestPage, tempFolder } from '../test-host.ts'

export const SKIP: ConflictChoices = { all: 'skip' }

/** A selection of these keys. */
export function keys(...texts: string[]): Selection {
  return { keys: texts, ranges: [] }
}

/** Moves a branch to a name at the root of its store. */
export function moveTo(session: string, from: string, name: string): JobRequest {
  const to = { session, prefix: '/', name }
  return {
    type: 'many',
    action: { type: 'transfer', selection: keys(from), to, isMove: true },
    conflicts: SKIP,
  }
}

export async function run(page: TestPage, session: string, request: JobRequest): Promise<JobInfo> {
  const { id } = await page.call('jobs.start', { session, request })
  return ended(page, id)
}

export async function ended(page: TestPage, id: string): Promise<JobInfo> {
  let found: JobInfo | undefined
  await eventually(() => {
    found = page.eventsOf('jobChanged').findLast(job => job.id === id && job.state !== 'running')
    return found !== undefined
  })
  return found as JobInfo
}

export async function act(
  page: TestPage,
  session: string,
  action: ManyAction,
  conflicts: ConflictChoices = SKIP,
): Promise<JobInfo> {
  return run(page, session, { type: 'many', action, conflicts })
}

/** The result of an undo or a redo, as far as tests check it. */
interface Undone {
  readonly state: 'done' | 'failed'
  readonly done?: number
  readonly result?: { readonly stayed: number; readonly examples: readonly { readonly key: string }[] }
  readonly error?: { readonly code: string }
}

export async function undo(page: TestPage, job: JobInfo, verb: 'undo' | 'redo' = 'undo'): Promise<Undone> {
  const { session = '', entry = 0 } = job.result?.undo ?? {}
  try {
    const { done, skipped, examples } = await page.call(`history.${verb}`, { session, entry })
    return { state: 'done', done, result: { stayed: skipped, examples: examples.map(key => ({ key })) } }
  } catch (error) {
    return { state: 'failed', error: error as CallError }
  }
}

/** A folder with these files, each with its path as its text. */
export async function folderOf(...paths: string[]): Promise<string> {
  const root = await tempFolder()
  for (const path of paths) await writeInto(root, path, path)
  return root
}

export async function writeInto(root: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

/** The files of a folder, by their paths, with their texts. */
export async function filesOf(root: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files[path.slice(root.length + 1)] = await readFile(path, 'utf8')
  }
  return files
}

/** All keys of a store, in order. */
export async function keysIn(store: BinaryDatastore): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of walk(store, Key.root, new AbortController().signal)) found.push(key.toString())
  return found.sort()
}
