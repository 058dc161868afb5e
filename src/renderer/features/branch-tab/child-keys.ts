/** The key of a child as text. */
export function childKey(prefix: string, name: string): string {
  return prefix === '/' ? `/${name}` : `${prefix}/${name}`
}

/** The branch that holds `prefix`; `undefined` for the root. */
export function parentOf(prefix: string): string | undefined {
  if (prefix === '/') return undefined
  return prefix.slice(0, Math.max(1, prefix.lastIndexOf('/')))
}

/** The branches from the root to `prefix`, each with its own name. */
export function pathTo(prefix: string): readonly { readonly key: string; readonly name: string }[] {
  const names = prefix.split('/').filter(name => name !== '')
  const root = { key: '/', name: '/' }
  return [root, ...names.map((name, index) => ({ key: `/${names.slice(0, index + 1).join('/')}`, name }))]
}

/** The row that a key press moves to in a list of `count` rows; `undefined` for keys that do not move. */
export function moveRow(index: number, key: string, count: number, pageRows: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowUp: -1,
    ArrowDown: 1,
    PageUp: -pageRows,
    PageDown: pageRows,
    Home: -count,
    End: count,
  }
  const step = steps[key]
  return step === undefined ? undefined : Math.max(0, Math.min(count - 1, index + step))
}
