import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import { makeFolder } from '../../../core/node/fs/open-folder.ts'
import { openStack } from '../../../core/node/stack.ts'
import type { StackDocument } from '../../../core/stack/document.ts'
import { writeFileAtomically } from '../files/atomic-file.ts'
import { hasErrno } from '../files/file-failure.ts'
import { filmEntries } from './films.ts'
import type { SampleEntry } from './sample-entry.ts'
import { shopEntries } from './shop.ts'
import { siteEntries } from './site.ts'

/** The document of the sample. Its folders are filled on first use; later they are left as the user changed them. */
export async function prepareSample(directory: string): Promise<StackDocument> {
  const document = sampleDocument(directory)
  const marker = join(directory, 'sample.json')
  if (await exists(marker)) return document
  await makeFolder(directory)
  await fill(document)
  await writeFileAtomically(marker, `${JSON.stringify({ strata: 'sample', version: 1 })}\n`, {
    replace: true,
  })
  return document
}

/** Every value of the sample, the same in every run. */
export function sampleEntries(): SampleEntry[] {
  return [...siteEntries(), ...filmEntries(), ...shopEntries()]
}

async function fill(document: StackDocument): Promise<void> {
  const stack = await openStack(document, { inlineFiles: false })
  try {
    const puts = sampleEntries().map(({ key, value }) =>
      // An earlier start may have been interrupted, and its values may have been edited.
      stack.store.put(Key.parse(key), value, { replace: false }).catch((error: unknown) => {
        if (!hasCode(error, 'ALREADY_EXISTS')) throw error
      }),
    )
    await Promise.all(puts)
  } finally {
    await stack.close()
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await readFile(path)
    return true
  } catch (error) {
    if (hasErrno(error, ['ENOENT'])) return false
    throw error
  }
}

/** The stack of the sample: a cache in memory over two folders that share the keys. */
function sampleDocument(directory: string): StackDocument {
  const shard = (letter: string) => ({
    kind: 'fs',
    id: `shard-${letter}`,
    label: `Shard ${letter.toUpperCase()}`,
    path: join(directory, `shard-${letter}`),
  })
  return {
    strata: 1,
    name: 'Sample',
    root: {
      kind: 'tiered',
      id: 'tiers',
      label: 'Tiers',
      tiers: [
        { kind: 'memory', id: 'cache', label: 'Cache' },
        { kind: 'sharded', id: 'shards', label: 'Shards', by: 'jump', shards: [shard('a'), shard('b')] },
      ],
    },
  }
}
