import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import ts from 'typescript'

/**
 * What runs as soon as a module of `src` is loaded: its imports and theirs, those of types aside, and no `import()`.
 * @returns Paths of files of the project, and the names of packages.
 */
export function modulesLoadedBy(entry: string): ReadonlySet<string> {
  const loaded = new Set<string>()
  const visit = (file: string) => {
    if (loaded.has(file)) return
    loaded.add(file)
    for (const name of importedBy(file)) {
      if (name.startsWith('.')) visit(resolve(dirname(file), name))
      else loaded.add(packageOf(name))
    }
  }
  visit(entry)
  return loaded
}

function importedBy(file: string): string[] {
  // Comments and types are gone from what the compiler writes, so every `import` and `export … from` that is left runs.
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      verbatimModuleSyntax: true,
    },
  })
  return ts.createSourceFile(file, outputText, ts.ScriptTarget.ES2023).statements.flatMap(statement => {
    const isImport = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)
    const from = isImport ? statement.moduleSpecifier : undefined
    return from !== undefined && ts.isStringLiteral(from) ? [from.text] : []
  })
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}
