import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname } from 'node:path'
import { DatastoreError } from '../../../core/errors.ts'
import { openStack } from '../../../core/node/stack.ts'
import { ConfigError } from '../../../core/stack/config-error.ts'
import type { Registry } from '../../../core/stack/registry.ts'
import type { Source } from '../../../shared/procedures/sessions.ts'
import { expandPath, fileFailure } from '../files/file-failure.ts'
import { prepareSample } from '../sample/prepare-sample.ts'
import { parseStackText, readStackFile } from '../stacks/stack-files.ts'
import { folderLayout } from './folder-layout.ts'
import { registryKeeping } from './memory-nodes.ts'
import type { OpenedStack } from './opened-stack.ts'
import { assertPlainJson } from './plain-json.ts'

interface OpenOptions {
  readonly sampleDirectory: string
  /** The kinds that documents may use. */
  readonly registry: Registry
}

/** Opens what a source names. Its paths are absolute. */
export function openSource(source: Source, { sampleDirectory, registry }: OpenOptions): Promise<OpenedStack> {
  switch (source.type) {
    case 'folder':
      return openFolder(source.path, registry)
    case 'stackFile':
      return openStackFile(source.path, registry)
    case 'document':
      return openDocument(source.document, baseDirectory(source, sampleDirectory), registry)
    case 'sample':
      return openSample(sampleDirectory, registry)
  }
}

function openDocument(document: unknown, baseDirectory: string, registry: Registry): Promise<OpenedStack> {
  assertPlainJson(document)
  return openStack(document, { baseDirectory, registry: registryKeeping(registry), inlineFiles: false })
}

/** The folder that relative paths in the documents of a source start from. */
export function baseDirectory(source: Source, sampleDirectory: string): string {
  if (source.type === 'sample') return sampleDirectory
  if (source.type === 'folder') return dirname(source.path)
  return source.path === undefined ? homedir() : dirname(source.path)
}

/** The source with its paths made absolute. */
export function normalizeSource(source: Source): Source {
  if (source.type === 'sample' || source.path === undefined) return source
  return { ...source, path: expandPath(source.path) }
}

async function openFolder(path: string, registry: Registry): Promise<OpenedStack> {
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
    const document = { strata: 1, name, root }
    return await openStack(document, { registry: registryKeeping(registry), inlineFiles: false })
  } catch (error) {
    // The person opened a folder and never saw a document: a place in one would say nothing.
    throw error instanceof ConfigError && error.cause instanceof DatastoreError ? error.cause : error
  }
}

async function openStackFile(path: string, registry: Registry): Promise<OpenedStack> {
  const document = parseStackText(path, await readStackFile(path))
  const stack = await openStack(document, {
    baseDirectory: dirname(path),
    registry: registryKeeping(registry),
    inlineFiles: false,
  })
  return stack.document.name === undefined ? { ...stack, name: basename(path, '.stack.json') } : stack
}

async function openSample(directory: string, registry: Registry): Promise<OpenedStack> {
  return openDocument(await prepareSample(directory), directory, registry)
}

async function assertFolder(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileFailure('open', path, error)
  })
  if (!found.isDirectory()) {
    throw new DatastoreError('UNSUPPORTED', `Cannot open ${JSON.stringify(path)} as a folder: it is a file`)
  }
}
