import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const configs = ['.dependency-cruiser.cjs', '.dependency-cycles.cjs'].map(name => join(root, name))
const require = createRequire(import.meta.url)
const forbidden = configs.flatMap(path => (require(path) as { forbidden: { name: string }[] }).forbidden)

/** For each rule, a file that breaks it and what that file imports. */
const violations: Record<string, readonly [from: string, to: string]> = {
  'no-cycles': ['src/core/about.ts', 'src/core/round.ts'],
  'core-stands-alone': ['src/core/key.ts', 'src/shared/contract.ts'],
  'core-is-platform-free': ['src/core/stack/stack.ts', 'src/core/node/fs/store.ts'],
  'core-has-no-node-modules': ['src/core/stores/memory.ts', 'node:fs'],
  'shared-knows-core-only': ['src/shared/contract.ts', 'src/main/host/host.ts'],
  'shared-is-platform-free': ['src/shared/values.ts', 'node:path'],
  'shared-not-node-core': ['src/shared/stacks.ts', 'src/core/node/index.ts'],
  'main-not-page': ['src/main/host/page.ts', 'src/renderer/app/app.tsx'],
  'host-knows-no-shell': ['src/main/host/dialogs.ts', 'src/main/electron/window.ts'],
  'web-not-electron': ['src/main/web/server.ts', 'src/main/electron/menu.ts'],
  'electron-not-web': ['src/main/electron/window.ts', 'src/main/web/token.ts'],
  'electron-in-its-shell-only': ['src/main/host/clipboard.ts', 'electron'],
  'preload-hands-over-a-port': ['src/preload/index.ts', 'src/core/key.ts'],
  'page-not-main': ['src/renderer/api/client.ts', 'src/main/host/host.ts'],
  'page-not-node': ['src/renderer/ui/button.tsx', 'node:fs'],
  'page-not-node-core': ['src/renderer/api/stores.ts', 'src/core/node/fs/store.ts'],
  'features-are-islands': [
    'src/renderer/features/tree/tree.tsx',
    'src/renderer/features/key-tab/key-tab.tsx',
  ],
  'features-not-app': ['src/renderer/features/inspector/facts.tsx', 'src/renderer/app/commands.ts'],
  'ui-and-api-below-features': ['src/renderer/ui/dialog.tsx', 'src/renderer/features/tree/row.tsx'],
  'engines-own-their-clients': ['src/core/node/kinds/leveldb.ts', 'classic-level'],
  'source-not-tests': ['src/core/errors.ts', 'test/contract/describe-datastore.ts'],
  'testkit-knows-core-only': ['src/testkit/suite.ts', 'src/shared/values.ts'],
  'testkit-is-for-tests': ['src/main/host/host.ts', 'src/testkit/suite.ts'],
}

describe('the dependency rules', () => {
  let folder: string
  let found: { rule: { name: string }; from: string }[]

  beforeAll(() => {
    mkdirSync(join(root, '.cache'), { recursive: true })
    folder = mkdtempSync(join(root, '.cache', 'violations-'))
    const sources = new Map<string, string[]>()
    const add = (path: string, line?: string) =>
      sources.set(path, [...(sources.get(path) ?? []), ...(line === undefined ? [] : [line])])
    for (const [from, to] of Object.values(violations)) {
      const isPath = /^(src|test)\//.test(to)
      if (isPath) add(to)
      add(from, `import '${isPath ? relativeImport(from, to) : to}'`)
    }
    // The cycle through type imports is shorter than the one at run time, and hides it from a check of all
    // imports.
    add('src/core/round.ts', `import type {} from './about.ts'`)
    add('src/core/round.ts', `import './detour.ts'`)
    add('src/core/detour.ts', `import './about.ts'`)
    for (const [path, lines] of sources) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), `${lines.join('\n')}\nexport {}\n`)
    }
    found = configs.flatMap(violationsOf)
  })

  function violationsOf(config: string): typeof found {
    const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
    const output = join(folder, 'found.json')
    const args = [program, 'src', '--config', config, '--output-type', 'json', '--output-to', output]
    execFileSync(process.execPath, args, { cwd: folder, stdio: 'ignore' })
    const { summary } = JSON.parse(readFileSync(output, 'utf8')) as { summary: { violations: typeof found } }
    return summary.violations
  }

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('every rule has a planted violation', () => {
    expect(forbidden.map(rule => rule.name).sort()).toEqual(Object.keys(violations).sort())
  })

  it.each(Object.entries(violations))('%s catches its violation', (rule, [from]) => {
    expect(found.filter(each => each.rule.name === rule).map(each => each.from)).toContain(from)
  })
})

function relativeImport(from: string, to: string): string {
  const path = relative(dirname(from), to).replaceAll('\\', '/')
  return path.startsWith('.') ? path : `./${path}`
}
