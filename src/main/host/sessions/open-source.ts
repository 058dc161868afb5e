import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname } from 'node:path'
import { DatastoreError } from '../../../core/errors.ts'
import { layoutFound } from '../../../core/node/fs/claim-folder.ts'
import type { LayoutName } from '../../../core/node/fs/layout.ts'
import { openStack } from '../../../core/node/stack.ts'
import { ConfigError } from '../../../core/stack/config-error.ts'
import type { Registry } from '../../../core/stack/registry.ts'
import type { SecretSource } from '../../../core/stack/secret.ts'
import type { Stack, StackHost } from '../../../core/stack/stack.ts'
import type { Source } from '../../../shared/procedures/sessions.ts'
import { expandPath, fileFailure, hasErrno } from '../files/file-failure.ts'
import { prepareSample } from '../sample/prepare-sample.ts'
import { parseStackText, readStackFile } from '../stacks/stack-files.ts'
import { assertPlainJson } from './plain-json.ts'
import { StackStatus } from './stack-status.ts'

/** A stack, and its name if its document has none. */
export interface OpenedStack {
  readonly stack: Stack
  readonly name?: string | undefined
  readonly status: StackStatus
}

export interface OpenOptions {
  readonly sampleDirectory: string
  /** A private folder for branches that are set aside. */
  readonly setAside?: string | undefined
  /** The kinds that documents may use. */
  readonly registry: Registry
  /** The secrets that documents name. */
  readonly secrets: SecretSource
}

/** Opens a source. Its paths must be absolute. */
export async function openSource(source: Source, options: OpenOptions): Promise<OpenedStack> {
  const status = new StackStatus()
  const host = hostOf(source, options, status)
  switch (source.type) {
    case 'folder':
      return { stack: await openFolder(source.path, host), status }
    case 'stackFile':
      return {
        stack: await openStack(parseStackText(source.path, await readStackFile(source.path)), host),
        name: nameOf(source),
        status,
      }
    case 'document':
      return { stack: await openStack(source.document, host), status }
    case 'sample':
      return { stack: await openStack(await prepareSample(options.sampleDirectory), host), status }
  }
}

/** The name of a stack whose document has none, if its source has one. */
export function nameOf(source: Source): string | undefined {
  return source.type === 'stackFile' ? basename(source.path, '.stack.json') : undefined
}

/**
 * The context in which a stack of a source is opened and changed. Its file operations never run on the thread that
 * answers pages.
 */
export function hostOf(
  source: Source,
  { sampleDirectory, setAside, registry, secrets }: OpenOptions,
  status?: StackStatus,
): StackHost {
  return {
    baseDirectory: baseDirectory(source, sampleDirectory),
    registry,
    secrets,
    inlineFiles: false,
    setAside,
    onStatus: status?.note,
  }
}

/** The folder that relative paths in the documents of a source are resolved against. */
function baseDirectory(source: Source, sampleDirectory: string): string {
  if (source.type === 'sample') return sampleDirectory
  if (source.type === 'folder') return dirname(source.path)
  return source.path === undefined ? homedir() : dirname(source.path)
}

/**
 * The source with absolute paths.
 * @throws BadInputError for a document that is not plain JSON.
 */
export function normalizeSource(source: Source): Source {
  if (source.type === 'document') assertPlainJson(source.document)
  if (source.type === 'sample' || source.path === undefined) return source
  return { ...source, path: expandPath(source.path) }
}

async function openFolder(path: string, host: StackHost): Promise<Stack> {
  await assertFolder(path)
  const name = basename(path) || path
  const root = {
    kind: 'fs',
    id: 'folder',
    label: name,
    path,
    layout: await folderLayout(path),
    create: false,
  }
  try {
    return await openStack({ strata: 1, name, root }, host)
  } catch (error) {
    // The user opened a folder and never saw a document, so a path in one would be meaningless.
    throw error instanceof ConfigError && error.cause instanceof DatastoreError ? error.cause : error
  }
}

async function assertFolder(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileFailure('open', path, error)
  })
  if (!found.isDirectory()) {
    throw new DatastoreError('UNSUPPORTED', `Cannot open ${JSON.stringify(path)} as a folder: it is a file`)
  }
}

/** The layout to open a folder with: that of its marker; `plain` where it has none. */
async function folderLayout(path: string): Promise<LayoutName> {
  try {
    return (await layoutFound(path)) ?? 'plain'
  } catch (error) {
    if (hasErrno(error, ['EACCES'])) return 'plain'
    throw error
  }
}
