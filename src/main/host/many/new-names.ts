import { RE2JS } from 're2js'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { messageOf } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import type { ManyAction, NamePattern } from '../../../shared/procedures/many.ts'
import { BadInputError } from '../calls/describe-failure.ts'
import { isListedBranch } from '../levels/is-listed-branch.ts'

/** Where a selected key goes, with everything below it; or why it cannot go there. */
export type Target =
  | { readonly key: Key; readonly problem?: undefined }
  | { readonly key?: undefined; readonly problem: string }

/**
 * A function that returns where a selected key goes; `undefined` if the key keeps its name.
 * @throws BadInputError for one name for several keys, or an invalid pattern.
 */
export function targetsOf(
  action: Exclude<ManyAction, { readonly type: 'delete' }>,
  { source, target: store }: { readonly source: BinaryDatastore; readonly target: BinaryDatastore },
): (root: Key, signal: AbortSignal) => Promise<Target | undefined> {
  if (action.type === 'duplicate')
    return async (root, signal) => ({ key: await copyName(store, root, signal) })
  if (action.type === 'rename') {
    const newName = renamer(action.pattern)
    return async root => {
      const name = newName(root.lastSegment)
      return name === root.lastSegment ? undefined : named(root.parent, name)
    }
  }
  const { to, isMove, selection } = action
  const prefix = Key.parse(to.prefix)
  if (to.name !== undefined && (selection.keys.length !== 1 || selection.ranges.length > 0)) {
    throw new BadInputError('Cannot give the same name to several keys')
  }
  const base = to.base === undefined ? undefined : Key.parse(to.base)
  return async root => {
    const target =
      base?.isAncestorOf(root) === true
        ? { key: prefix.child(root.relativeTo(base)) }
        : named(prefix, to.name ?? root.lastSegment)
    return isMove && source === store && target.key?.equals(root) === true ? undefined : target
  }
}

function named(parent: Key, name: string): Target {
  try {
    return { key: parent.child(name) }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

/** @throws BadInputError for an expression that is invalid, or cannot be matched in linear time. */
export function renamer({ kind, find, replace }: NamePattern): (name: string) => string {
  if (find === '') return name => name
  if (kind === 'text') return name => name.replaceAll(find, () => replace)
  try {
    if (kind === 'regex') {
      const expression = RE2JS.compile(find)
      return name => expression.matcher(name).replaceAll(replace)
    }
    const expression = RE2JS.compile(globExpression(find), RE2JS.DOTALL)
    const parts = replace.split(/([*?])/)
    return name => {
      const matcher = expression.matcher(name)
      if (!matcher.matches()) return name
      let group = 0
      return parts
        .map(part => (part === '*' || part === '?' ? wildcard(matcher.groupCount(), ++group) : part))
        .map(part => (typeof part === 'string' ? part : (matcher.group(part.group) ?? '')))
        .join('')
    }
  } catch (error) {
    throw new BadInputError(`${JSON.stringify(find)} is not a valid expression: ${messageOf(error)}`)
  }
}

function wildcard(count: number, group: number): { readonly group: number } | string {
  return group <= count ? { group } : ''
}

/** Each `*` and `?` as a group. */
function globExpression(glob: string): string {
  const parts = glob.split(/([*?])/)
  return parts.map(part => (part === '*' ? '(.*)' : part === '?' ? '(.)' : RE2JS.quote(part))).join('')
}

const COPY = / copy(?: (\d+))?$/

/** A free name next to a key: `a copy.txt`, then `a copy 2.txt`. */
async function copyName(store: BinaryDatastore, key: Key, signal: AbortSignal): Promise<Key> {
  const { stem, extension } = partsOf(key.lastSegment)
  const [, number] = COPY.exec(stem) ?? []
  const plain = stem.replace(COPY, '')
  for (let count = COPY.test(stem) ? Number(number ?? 1) + 1 : 1; ; count++) {
    const name = `${plain} copy${count === 1 ? '' : ` ${count}`}${extension}`
    const free = key.parent.child(name)
    if (!(await isTaken(store, free, signal))) return free
  }
}

/** A free name next to a key whose own name is taken: `a (2).txt`. */
export async function freeSiblingName(store: BinaryDatastore, key: Key, signal: AbortSignal): Promise<Key> {
  const { stem, extension } = partsOf(key.lastSegment)
  for (let count = 2; ; count++) {
    const free = key.parent.child(`${stem} (${count})${extension}`)
    if (!(await isTaken(store, free, signal))) return free
  }
}

export async function isTaken(store: BinaryDatastore, key: Key, signal: AbortSignal): Promise<boolean> {
  return (await store.has(key, { signal })) || (await hasBelow(store, key, signal))
}

/** Whether there is a branch at `key`, with or without keys. */
export async function hasBelow(store: BinaryDatastore, key: Key, signal: AbortSignal): Promise<boolean> {
  const { children, hidden } = await store.list(key, { limit: 1, signal })
  return children.length > 0 || hidden !== undefined || (await isListedBranch(store, key, signal))
}

function partsOf(name: string): { readonly stem: string; readonly extension: string } {
  const dot = name.lastIndexOf('.')
  return dot > 0 && name.length - dot <= 12
    ? { stem: name.slice(0, dot), extension: name.slice(dot) }
    : { stem: name, extension: '' }
}
