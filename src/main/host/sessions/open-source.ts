import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname } from 'node:path'
import { DatastoreError } from '../../../core/errors.ts'
import { openStack } from '../../../core/node/stack.ts'
import { ConfigError } from '../../../core/stack/config-error.ts'
import type { Registry } from '../../../core/stack/registry.ts'
import type { SecretSource } from '../../../core/stack/secret.ts'
import type { Stack, StackHost } from '../../../core/stack/stack.ts'
import type { Source } from '../../../shared/procedures/sessions.ts'
import { expandPath, fileFailure } from '../files/file-failure.ts'
import { prepareSample } from '../sample/prepare-sample.ts'
import { parseStackText, readStackFile } from '../stacks/stack-files.ts'
import { folderLayout } from './folder-layout.ts'
import { assertPlainJson } from './plain-json.ts'
import { StackStatus } from './stack-status.ts'

/** A stack, and what it is called where its document does not say it. */
export interface OpenedStack {
  readonly stack: Stack
  readonly name?: string | undefined
  readonly status: StackStatus
}

export interface OpenOptions {
  readonly sampleDirectory: string
  /** The kinds that documents may use. */
  readonly registry: Registry
  /** What documents name as secrets. */
  readonly secrets: SecretSource
}

/** Opens what a source names. Its paths are absolute. */
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

/** What a stack is called where its document does not say it, if its source does. */
export function nameOf(source: Source): string | undefined {
  return source.type === 'stackFile' ? basename(source.path, '.stack.json') : undefined
}

/** What a stack of a source is opened and changed with. No file call of it runs on the thread that answers pages. */
export function hostOf(
  source: Source,
  { sampleDirectory, registry, secrets }: OpenOptions,
  status?: StackStatus,
): StackHost {
  return {
    baseDirectory: baseDirectory(source, sampleDirectory),
    registry,
    secrets,
    inlineFiles: false,
    onStatus: status?.note,
  }
}

/** The folder that relative paths in the documents of a source start from. */
function baseDirectory(source: Source, sampleDirectory: string): string {
  if (source.type === 'sample') return sampleDirectory
  if (source.type === 'folder') return dirname(source.path)
  return source.path === undefined ? homedir() : dirname(source.path)
}

/**
 * The source with its paths made absolute.
 * @throws BadInputError for a document that is no plain JSON.
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
    // The person opened a folder and never saw a document: a place in one would say nothing.
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
