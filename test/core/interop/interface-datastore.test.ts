import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { MountDatastore } from '../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import { TieredDatastore } from '../../../src/core/adapters/tiered/tiered.ts'
import type { BinaryDatastore } from '../../../src/core/datastore.ts'
import { asInterfaceDatastore } from '../../../src/core/interop/as-interface-datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { FsDatastore } from '../../../src/core/node/fs/fs-datastore.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import './mocha-globals.ts'

// The suite registers its tests when imported, so the globals above have to be set first.
const { interfaceDatastoreTests } = await import('interface-datastore-tests')

const memory = () => new MemoryDatastore()
const folders: string[] = []

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'strata-interop-'))
  folders.push(path)
  return path
}

async function removeFolders(): Promise<void> {
  await Promise.all(folders.splice(0).map(path => rm(path, { recursive: true, force: true })))
}

const sharded = () => new ShardedDatastore([memory(), memory(), memory()])

const stores: Record<string, () => Promise<BinaryDatastore>> = {
  memory: async () => memory(),
  fs: async () => FsDatastore.open(await folder()),
  tiered: async () => new TieredDatastore([memory(), memory()]),
  sharded: async () => sharded(),
  mount: async () => new MountDatastore({ '/': memory(), '/z': memory() }),
  namespace: async () => new NamespaceDatastore(memory(), Key.parse('/some/where')),
  'tiered over sharded over fs': async () =>
    new TieredDatastore([
      memory(),
      new ShardedDatastore([await FsDatastore.open(await folder()), await FsDatastore.open(await folder())]),
    ]),
  'namespace over mount over shards': async () =>
    new NamespaceDatastore(
      new MountDatastore({ '/some': sharded(), '/': memory() }),
      Key.parse('/some/where'),
    ),
}

for (const [name, open] of Object.entries(stores)) {
  describe(`asInterfaceDatastore over ${name}`, () => {
    const opened = new Map<unknown, BinaryDatastore>()
    interfaceDatastoreTests({
      setup: async () => {
        const store = await open()
        const shown = asInterfaceDatastore(store)
        opened.set(shown, store)
        return shown
      },
      teardown: async shown => {
        await opened.get(shown)?.close()
        await removeFolders()
      },
    })
  })
}
