import { CallError, type Client } from '../../api/client.ts'
import { formatNumber } from '../../ui/text/format.ts'
import { showToast } from '../../ui/toasts/toasts.tsx'
import { ask } from '../dialogs/dialog-store.ts'
import type { Services } from '../services.ts'
import { revealKey } from '../state/app-store.ts'
import { confirmAct } from './environment-actions.ts'
import { showChange } from './history-actions.ts'

/** Bytes that are put by one call; larger files go in pieces of this size. */
const PIECE = 4 * 1024 * 1024
/** Keys checked, or put, concurrently. */
const WIDTH = 8

interface DroppedFile {
  readonly key: string
  readonly file: File
}

/**
 * Puts files and folders that were dropped on a branch there as keys, after a question. They are one job, and are taken
 * back by one undo. Each file is put whole or not at all.
 */
export async function putFiles(
  services: Services,
  session: string,
  below: string,
  entries: readonly (FileSystemEntry | File)[],
): Promise<void> {
  const { client } = services
  const files: DroppedFile[] = []
  for (const entry of entries) await collect(entry, below === '/' ? '' : below, files)
  if (files.length === 0) {
    showToast({ tone: 'info', message: 'There are no files in what was dropped' })
    return
  }
  const there = new Set<string>()
  await inParallel(files, async ({ key }) => {
    if ((await client.call('store.has', { session, key })).exists) there.add(key)
  })
  const choice = await askWhere(files, there, below)
  if (choice === undefined || choice === 'cancel') return
  if (!(await confirmAct(services, [session], `Put ${filesText(files.length)}`))) return
  const kept = choice === 'skip' ? files.filter(({ key }) => !there.has(key)) : files
  const { drop } = await client.call('files.open', { session, prefix: below, files: kept.length })
  const failures: string[] = []
  let isOver = false
  await inParallel(kept, async ({ key, file }) => {
    if (isOver) return
    try {
      const target = there.has(key) && choice === 'both' ? await freeName(client, session, key) : key
      await putFile(client, { session, drop, key: target, replace: choice === 'replace' }, file)
    } catch (error) {
      // The job was stopped. A file that cannot be read leaves the others alone.
      if (error instanceof CallError && error.code === 'CLOSED') isOver = true
      else failures.push(failureText(key, error))
    }
  })
  const { done, entry, state } = await client.call('files.close', { drop })
  const [first] = files
  if (first !== undefined && done > 0) revealKey(session, first.key)
  const skipped = files.length - kept.length
  showChange(services, session, entry, {
    tone: failures.length > 0 ? 'error' : state === 'done' ? 'success' : 'info',
    message: [
      `Put ${filesText(done)} into ${below}`,
      ...(skipped > 0 ? [`${formatNumber(skipped)} skipped`] : []),
      ...(failures.length > 0 ? [`${formatNumber(failures.length)} failed`] : []),
      ...(state === 'done' ? [] : ['then stopped']),
    ].join(' · '),
    hint: failures[0],
  })
}

/** Why a file was not put, with its key. */
function failureText(key: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return error instanceof CallError && error.key === key ? message : `${key}: ${message}`
}

function askWhere(
  files: readonly DroppedFile[],
  there: ReadonlySet<string>,
  below: string,
): Promise<string | undefined> {
  const put = `Put ${filesText(files.length)}`
  const list = (there.size > 0 ? [...there] : files.map(({ key }) => key)).slice(0, 8)
  if (there.size === 0) {
    return ask({
      title: put,
      message: `They are put below "${below}" as keys.`,
      list,
      buttons: [
        { id: 'cancel', label: 'Cancel' },
        { id: 'skip', label: put, variant: 'primary' },
      ],
    })
  }
  const count = there.size === 1 ? '1 of them exists' : `${formatNumber(there.size)} of them exist`
  return ask({
    title: put,
    message: `They are put below "${below}" as keys. ${count} there already:`,
    list,
    buttons: [
      { id: 'cancel', label: 'Cancel' },
      { id: 'replace', label: 'Replace', variant: 'danger' },
      { id: 'both', label: 'Keep both' },
      { id: 'skip', label: 'Skip', variant: 'primary' },
    ],
  })
}

function filesText(count: number): string {
  return count === 1 ? '1 file' : `${formatNumber(count)} files`
}

async function collect(entry: FileSystemEntry | File, prefix: string, files: DroppedFile[]): Promise<void> {
  const key = `${prefix}/${entry.name}`
  if (entry instanceof File) {
    files.push({ key, file: entry })
    return
  }
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    )
    files.push({ key, file })
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    // A long folder comes in parts.
    if (entries.length === 0) return
    for (const one of entries) await collect(one, key, files)
  }
}

interface FileTarget {
  readonly session: string
  readonly drop: string
  readonly key: string
  readonly replace: boolean
}

async function putFile(client: Client, { session, ...target }: FileTarget, file: File): Promise<void> {
  if (file.size <= PIECE) {
    const bytes = new Uint8Array(await file.arrayBuffer())
    await client.call('files.put', { ...target, bytes })
    return
  }
  const { upload } = await client.call('uploads.open', { session, ...target })
  try {
    for (let at = 0; at < file.size; at += PIECE) {
      const bytes = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer())
      await client.call('uploads.write', { upload, bytes })
    }
  } catch (error) {
    await client.call('uploads.abort', { upload })
    throw error
  }
  await client.call('uploads.commit', { upload })
}

async function freeName(client: Client, session: string, key: string): Promise<string> {
  const dot = key.lastIndexOf('.')
  const at = dot > key.lastIndexOf('/') + 1 ? dot : key.length
  for (let count = 2; ; count++) {
    const free = `${key.slice(0, at)} (${count})${key.slice(at)}`
    if (!(await client.call('store.has', { session, key: free })).exists) return free
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  await Promise.all(
    Array.from({ length: WIDTH }, async () => {
      for (const item of left) await work(item)
    }),
  )
}
