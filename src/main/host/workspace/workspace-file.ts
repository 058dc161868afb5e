import { randomBytes } from 'node:crypto'
import { readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { recent, settings } from '../../../shared/procedures/workspace.ts'
import { writeFileAtomically } from '../files/atomic-file.ts'
import { hasErrno } from '../files/has-errno.ts'
import { windowState } from './window-state.ts'

/** The version of the file. A program that does not know a version leaves the file alone. */
const VERSION = 1

export const workspaceContent = z.object({
  recents: z.array(recent),
  settings: settings.partial(),
  windowState: windowState.optional(),
})
export type WorkspaceContent = z.infer<typeof workspaceContent>

const envelope = z.object({ strata: z.literal('workspace'), version: z.number() })

export interface LoadedWorkspace {
  /** Absent when there is no file that can be used. */
  readonly content?: WorkspaceContent | undefined
  /** Says that a file could not be used, why, and where it is now. */
  readonly notice?: string | undefined
  /** Whether a new file may take its place: not over one that could be neither used nor set aside. */
  readonly canSave: boolean
}

/** Reads the file. One that cannot be used is set aside under another name, never deleted or overwritten. */
export async function loadWorkspaceFile(path: string): Promise<LoadedWorkspace> {
  try {
    return { content: readContent(await readFile(path, 'utf8')), canSave: true }
  } catch (error) {
    return hasErrno(error, ['ENOENT']) ? { canSave: true } : setAside(path, error)
  }
}

async function setAside(path: string, error: unknown): Promise<LoadedWorkspace> {
  const problem = `The saved workspace could not be used: ${describeError(error)}.`
  const aside = join(dirname(path), `workspace.broken-${uniqueName(new Date())}.json`)
  try {
    await rename(path, aside)
    return { notice: `${problem} It was set aside as ${aside}, and a new one was begun.`, canSave: true }
  } catch (cause) {
    const state = `It could not be set aside either (${describeError(cause)}), so nothing is saved this time.`
    return { notice: `${problem} ${state}`, canSave: false }
  }
}

export async function saveWorkspaceFile(path: string, content: WorkspaceContent): Promise<void> {
  const text = JSON.stringify({ strata: 'workspace', version: VERSION, ...content }, undefined, 2)
  await writeFileAtomically(path, `${text}\n`, { replace: true })
}

function readContent(text: string): WorkspaceContent {
  const value = parseJson(text)
  const head = envelope.safeParse(value)
  if (!head.success) throw new Error('it is no workspace file')
  if (head.data.version !== VERSION) {
    throw new Error(`it has version ${head.data.version}, and this program reads version ${VERSION}`)
  }
  const content = workspaceContent.safeParse(value)
  if (content.success) return content.data
  const issue = content.error.issues[0]
  throw new Error(`${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'it does not fit'}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error('it is no JSON', { cause })
  }
}

/** `2026-07-01T12-30-59-123-5f0c9a1e`: sorts by time, every file system takes it, and one instant has many. */
function uniqueName(date: Date): string {
  return `${date.toISOString().slice(0, -1).replaceAll(/[:.]/g, '-')}-${randomBytes(4).toString('hex')}`
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : 'it failed without a reason'
}
