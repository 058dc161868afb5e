import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { readRegularFile } from '../../../core/node/regular-file.ts'
import { ENVIRONMENTS, type Environment } from '../../../shared/contract-constants.ts'
import { encodeMessage } from '../../../shared/message-pack.ts'
import { type Recent, recent, type Settings, settings } from '../../../shared/procedures/workspace.ts'
import { removeLeftovers, writeFileAtomically } from '../files/atomic-file.ts'
import { hasErrno } from '../files/file-failure.ts'

/** The version of the file format. A file with another version is set aside. */
const VERSION = 1

export interface WorkspaceContent {
  readonly recents: Recent[]
  readonly settings: Partial<Settings>
  readonly windowState?: WindowState | undefined
  /** What stacks are used for, by the ids of their sources; see `environmentId`. */
  readonly environments?: Readonly<Record<string, Environment>> | undefined
}

const envelope = z.object({
  strata: z.literal('workspace'),
  version: z.number(),
  recents: z.array(z.unknown()).optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  windowState: z.unknown().optional(),
  environments: z.record(z.string(), z.unknown()).optional(),
})

export interface LoadedWorkspace {
  /** Absent if there is no usable file. */
  readonly content?: WorkspaceContent | undefined
  /** Says that a file could not be used, why, and where it is now. */
  readonly notice?: string | undefined
  /** Whether a new file may be written. False if an unusable file could not be moved away. */
  readonly canSave: boolean
  /** Whether `content` is only part of the file, so that it should be saved at once. */
  readonly isRepaired?: boolean | undefined
}

/**
 * Reads the file. Unusable entries are left out, and the file is copied first. A file without a usable entry is
 * renamed. Nothing is deleted or overwritten without a copy.
 */
export async function loadWorkspaceFile(path: string): Promise<LoadedWorkspace> {
  await removeLeftovers(path)
  try {
    const { content, problems } = readContent((await readRegularFile(path)).toString())
    // An earlier version of this program created it readable for everyone.
    await chmod(path, 0o600).catch(() => undefined)
    return problems.length === 0 ? { content, canSave: true } : await repair(path, content, problems)
  } catch (error) {
    return hasErrno(error, ['ENOENT']) ? { canSave: true } : setAside(path, error)
  }
}

async function repair(
  path: string,
  content: WorkspaceContent,
  problems: readonly string[],
): Promise<LoadedWorkspace> {
  const aside = asidePath(path)
  await copyFile(path, aside, constants.COPYFILE_EXCL)
  const [first, ...more] = problems
  const count = more.length === 0 ? '' : ` (and ${more.length} more)`
  const notice = `Parts of the saved workspace could not be used: ${first}${count}. They are left out; the original file is ${aside}.`
  return { content, notice, canSave: true, isRepaired: true }
}

async function setAside(path: string, error: unknown): Promise<LoadedWorkspace> {
  const problem = `The saved workspace could not be used: ${describeError(error)}.`
  const aside = asidePath(path)
  try {
    await rename(path, aside)
    return { notice: `${problem} It was set aside as ${aside}, and a new one was created.`, canSave: true }
  } catch (cause) {
    const state = `It could not be set aside either (${describeError(cause)}), so nothing is saved this time.`
    return { notice: `${problem} ${state}`, canSave: false }
  }
}

export async function saveWorkspaceFile(path: string, content: WorkspaceContent): Promise<void> {
  const text = JSON.stringify({ strata: 'workspace', version: VERSION, ...content }, undefined, 2)
  await writeFileAtomically(path, `${text}\n`, { replace: true, isPrivate: true })
}

/** @throws Error for a text that is not a workspace file of this version. */
function readContent(text: string): { readonly content: WorkspaceContent; readonly problems: string[] } {
  const head = envelope.safeParse(parseJson(text))
  if (!head.success) throw new Error('it is not a workspace file')
  const { version, recents = [], windowState: place } = head.data
  if (version !== VERSION) {
    throw new Error(`it has version ${version}, and this program reads version ${VERSION}`)
  }
  const problems: string[] = []
  const usable = <T>(schema: z.ZodType<T>, value: unknown, name: string): T | undefined => {
    const parsed = schema.safeParse(value)
    const problem = parsed.success ? unsendableReason(value) : parsed.error.issues[0]?.message
    if (parsed.success && problem === undefined) return parsed.data
    problems.push(`${name}: ${problem ?? 'it is invalid'}`)
    return undefined
  }
  const names = Object.keys(head.data.settings ?? {}) as (keyof typeof settings.shape)[]
  const kept = names.map(name => {
    const schema = Object.hasOwn(settings.shape, name) ? settings.shape[name] : z.never()
    return [name, usable<unknown>(schema, head.data.settings?.[name], `settings.${name}`)]
  })
  const content = {
    recents: recents.flatMap((entry, index) => usable(recent, entry, `recents[${index}]`) ?? []),
    settings: Object.fromEntries(
      kept.filter(([, value]) => value !== undefined),
    ) as WorkspaceContent['settings'],
    environments: Object.fromEntries(
      Object.entries(head.data.environments ?? {}).flatMap(([id, value]) => {
        const environment = usable(z.enum(ENVIRONMENTS), value, `environments.${id}`)
        return environment === undefined ? [] : [[id, environment]]
      }),
    ),
    windowState: place === undefined ? undefined : usable(windowState, place, 'windowState'),
  }
  return { content, problems }
}

/** Why an entry cannot be sent to pages. One such entry would make the whole workspace unsendable. */
function unsendableReason(value: unknown): string | undefined {
  try {
    encodeMessage(value)
    return undefined
  } catch (error) {
    return describeError(error)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error('it is not valid JSON', { cause })
  }
}

function asidePath(path: string): string {
  return join(dirname(path), `workspace.broken-${uniqueName(new Date())}.json`)
}

/** `2026-07-01T12-30-59-123-5f0c9a1e`: sorts by time, is valid on every file system, and is unique. */
function uniqueName(date: Date): string {
  return `${date.toISOString().slice(0, -1).replaceAll(/[:.]/g, '-')}-${randomBytes(4).toString('hex')}`
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : 'it failed without a reason'
}

/** The position of a window on the screen, in device-independent pixels. */
const windowState = z.object({
  x: z.number().int().optional(),
  y: z.number().int().optional(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  isMaximized: z.boolean(),
  isFullScreen: z.boolean(),
})
export type WindowState = z.infer<typeof windowState>
