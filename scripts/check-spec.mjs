// Fails when docs/spec.md calls a rule built and no test names it, or when a test names a rule that is not there.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = process.argv[2] ?? join(import.meta.dirname, '..')
const ROW = /^\|\s*([A-Z]{1,2}\d+)\s*\|\s*(built|planned)\b[^|]*\|/
const NAMED = /\b([A-Z]{1,2}\d+)\b/g

const rules = new Map()
const problems = []
for (const line of readFileSync(join(root, 'docs/spec.md'), 'utf8').split('\n')) {
  const [, id, state] = ROW.exec(line) ?? []
  if (id === undefined) continue
  if (rules.has(id)) problems.push(`docs/spec.md has two rules ${id}`)
  rules.set(id, state)
}

const named = new Map()
// The suite that every store passes is part of the library.
const paths = ['test', 'src/testkit'].flatMap(folder =>
  readdirSync(join(root, folder), { recursive: true }).map(path => join(folder, path)),
)
for (const path of paths) {
  if (!/\.(ts|tsx)$/.test(path) || path.includes('fixtures')) continue
  const text = readFileSync(join(root, path), 'utf8')
  // The name of a test begins with the rules it proves. The table of an `each` may hold texts before it.
  for (const [, title] of text.matchAll(
    /(?:\b(?:it|test)(?:\.\w+)*(?:\([^'"`]*\))?|\](?: as const)?\))\(\s*['"`]([^\n]*)/g,
  )) {
    const head = /^(?:\$\{[^}]*\}|[A-Z]{1,2}\d+[,\s]*)+/.exec(title)?.[0] ?? ''
    for (const [, id] of head.matchAll(NAMED)) named.set(id, path)
  }
}

problems.push(
  ...[...rules]
    .filter(([id, state]) => state === 'built' && !named.has(id))
    .map(([id]) => `${id} is built, but no test names it`),
  ...[...named]
    .filter(([id]) => !rules.has(id))
    .map(([id, path]) => `${path} names ${id}, which docs/spec.md does not have`),
)
if (rules.size === 0) problems.push('docs/spec.md has no rules')
for (const problem of problems) console.error(problem)
const built = [...rules.values()].filter(state => state === 'built').length
console.log(
  `${rules.size} rules, ${built} built, ${rules.size - built} planned, ${named.size} named by tests`,
)
process.exitCode = problems.length > 0 ? 1 : 0
