import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { describeKinds } from '../../src/core/node/stack.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const CORE = join(REPOSITORY, 'src/core/node')
const ENTRIES = [
  join(CORE, 'index.ts'),
  ...readdirSync(join(CORE, 'engines'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => join(CORE, 'engines', name, 'index.ts')),
]

/** The exported names whose declarations have no documentation. */
function undocumentedNames(): string[] {
  const program = ts.createProgram(ENTRIES, {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: [],
  })
  const checker = program.getTypeChecker()
  return ENTRIES.flatMap(entry => {
    const source = program.getSourceFile(entry)
    const module = source && checker.getSymbolAtLocation(source)
    if (module === undefined) throw new Error(`${entry} exports nothing`)
    return checker.getExportsOfModule(module)
  })
    .map(symbol => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .filter(symbol => symbol.getDocumentationComment(checker).length === 0)
    .map(({ name }) => name)
}

describe('the public names of the library', () => {
  it('are all documented', () => {
    expect(undocumentedNames()).toEqual([])
  }, 120_000)

  it('X2 the README has one line for every kind, and no others', () => {
    const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8')
    const table = readme.slice(readme.indexOf('| kind | what it does |'))
    const cells = [...table.matchAll(/^\| ((?:`[\w-]+`(?:, )?)+) \|/gm)].map(match => match[1] ?? '')
    const named = cells.flatMap(cell => cell.split(', ').map(name => name.slice(1, -1)))
    expect(named.sort()).toEqual(
      describeKinds()
        .map(({ kind }) => kind)
        .sort(),
    )
  })
})
