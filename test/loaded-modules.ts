import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import ts from 'typescript'

/**
 * What a module of `src` loads before anybody opens a store: its imports and theirs, those of types aside. `import()` of a
 * file counts, as the program loads its shell so; `import()` of a package does not.
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

const imports = new Map<string, readonly string[]>()

function importedBy(file: string): readonly string[] {
  const known = imports.get(file) ?? readImports(file)
  imports.set(file, known)
  return known
}

function readImports(file: string): string[] {
  const names: string[] = []
  const add = (name: ts.Expression | undefined) => {
    if (name !== undefined && ts.isStringLiteral(name)) names.push(name.text)
  }
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node)) {
      if (node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword) add(node.moduleSpecifier)
    } else if (ts.isExportDeclaration(node)) {
      if (!node.isTypeOnly) add(node.moduleSpecifier)
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [name] = node.arguments
      if (name !== undefined && ts.isStringLiteral(name) && name.text.startsWith('.')) add(name)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023))
  return names
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}
