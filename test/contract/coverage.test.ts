import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const core = join(import.meta.dirname, '../core')

it('D19 the suite runs on every store and adapter that can be opened, and on adapters of adapters', () => {
  const tests = readdirSync(core, { recursive: true, encoding: 'utf8' }).filter(path =>
    path.endsWith('.test.ts'),
  )
  const suites = tests
    .map(path => readFileSync(join(core, path), 'utf8'))
    .flatMap(text => [...text.matchAll(/describeDatastore(?:<\w+>)?\(\s*['"`]([^'"`]+)/g)])
    .map(([, name]) => name)
  for (const store of [
    'MemoryDatastore',
    'FsDatastore',
    'TieredDatastore',
    'ShardedDatastore',
    'MountDatastore',
    'NamespaceDatastore',
    'SymlinkDatastore',
    'DirectoryDatastore',
    'TransformedDatastore',
    'DirectoryTreeDatastore',
    'KeyTransformDatastore',
    'readOnly',
    'cache',
    'serialized',
    'logging',
    'metrics',
    'retry',
    'timeout',
    'rateLimit',
    'fault',
    'trace',
    'fromInterfaceDatastore',
  ]) {
    expect(
      suites.some(name => name?.startsWith(store)),
      `${store} runs the suite`,
    ).toBe(true)
  }
  expect(suites.filter(name => name?.includes(' over ')).length).toBeGreaterThan(5)
})
