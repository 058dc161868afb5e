import { createHash } from 'node:crypto'

/** How a repository names its objects. */
export type HashName = 'sha1' | 'sha256'

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag'

export interface GitObject {
  readonly type: ObjectType
  readonly bytes: Uint8Array
}

/** The mode of a folder in a tree. */
export const FOLDER = '40000'
/** The mode of a new file. */
export const FILE = '100644'

export interface TreeEntry {
  /** Octal, without leading zeros. */
  readonly mode: string
  readonly oid: string
}

/** The entries of a tree by name. Each character of a name is one byte, because names need not be UTF-8. */
export type Entries = ReadonlyMap<string, TreeEntry>

/** Where a file of a working tree would be a value: not a link, a submodule or a folder. */
export function isFile({ mode }: TreeEntry): boolean {
  return mode.startsWith('100')
}

/** The name of a segment in a tree. */
export function treeName(segment: string): string {
  return Buffer.from(segment, 'utf8').toString('latin1')
}

/** An object as its id is computed and as it is stored: a header and the content. */
export function objectBytes(type: ObjectType, content: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${type} ${content.length}\0`, 'latin1'), content])
}

export function objectIdOf(bytes: Uint8Array, hash: HashName): string {
  return createHash(hash).update(bytes).digest('hex')
}

/** @throws Error if the tree is damaged. */
export function parseTree(content: Uint8Array, hash: HashName): Map<string, TreeEntry> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length)
  const size = hash === 'sha1' ? 20 : 32
  const entries = new Map<string, TreeEntry>()
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const end = bytes.indexOf(0, space + 1)
    if (space < 0 || end < 0 || end + 1 + size > bytes.length) throw new Error('a tree ends in an entry')
    const mode = bytes.toString('latin1', at, space).replace(/^0+/, '')
    const oid = bytes.toString('hex', end + 1, end + 1 + size)
    entries.set(bytes.toString('latin1', space + 1, end), { mode, oid })
    at = end + 1 + size
  }
  return entries
}

/** The content of a tree: folders sort as if their names ended in `/`. */
export function treeContent(entries: Entries): Uint8Array {
  const sorted = [...entries].map(([name, entry]) => ({
    name,
    entry,
    order: entry.mode === FOLDER ? `${name}/` : name,
  }))
  sorted.sort((a, b) => (a.order < b.order ? -1 : 1))
  return Buffer.concat(
    sorted.flatMap(({ name, entry }) => [
      Buffer.from(`${entry.mode} ${name}\0`, 'latin1'),
      Buffer.from(entry.oid, 'hex'),
    ]),
  )
}

/** Who made a commit. */
export interface Signature {
  readonly name: string
  readonly email: string
}

export interface CommitFields {
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature
  /** Milliseconds since 1970, in whole seconds. */
  readonly time: number
  readonly message: string
}

/** The content of a commit. Its time is UTC, in whole seconds. */
export function commitContent({ tree, parents, author, time, message }: CommitFields): Uint8Array {
  const by = `${clean(author.name)} <${clean(author.email)}> ${Math.floor(time / 1000)} +0000`
  const lines = [
    `tree ${tree}`,
    ...parents.map(parent => `parent ${parent}`),
    `author ${by}`,
    `committer ${by}`,
    '',
    `${message.replaceAll('\0', '\ufffd').trimEnd()}\n`,
  ]
  return Buffer.from(lines.join('\n'), 'utf8')
}

/** A name without the characters that end it in a commit. */
function clean(text: string): string {
  return text.replaceAll(/[<>\n\0]/g, '').trim()
}

/** @throws Error if the commit is damaged. */
export function parseCommit(content: Uint8Array): CommitFields {
  const text = Buffer.from(content.buffer, content.byteOffset, content.length).toString('utf8')
  const end = text.indexOf('\n\n')
  const head = (end < 0 ? text : text.slice(0, end)).split('\n')
  const all = (name: string) =>
    head.flatMap(line => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []))
  const [tree] = all('tree')
  const by = /^(.*?) ?<(.*?)> (\d+)/.exec(all('author')[0] ?? '')
  const made = /> (\d+)/.exec(all('committer')[0] ?? '')
  if (tree === undefined) throw new Error('a commit names no tree')
  return {
    tree,
    parents: all('parent'),
    author: { name: by?.[1] ?? '', email: by?.[2] ?? '' },
    time: Number(made?.[1] ?? 0) * 1000,
    message: end < 0 ? '' : text.slice(end + 2),
  }
}
