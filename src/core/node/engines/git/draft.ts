import type { ObjectWriter } from './object-writer.ts'
import { type Entries, FOLDER, isFile, type TreeEntry, treeContent } from './objects.ts'
import type { TreeLevel, Trees } from './trees.ts'

/** A tree that is being edited. */
interface Node {
  entries: Entries
  /** Absent once an entry below was changed. */
  oid: string | undefined
  /** Whether the entries are a copy of this draft's own. */
  isOwn: boolean
  readonly children: Map<string, Node>
}

/** What conflicts with a value: an entry at one of the names above it, or at its own place. */
export interface Obstacle {
  /** The number of names that lead to it. */
  readonly depth: number
  readonly entry: TreeEntry
}

/** The tree of a commit that is being prepared: edits in memory over a tree of the repository. */
export class DraftTree {
  readonly #trees: Trees
  readonly #root: Node

  constructor(trees: Trees, root: string | undefined) {
    this.#trees = trees
    this.#root = { entries: new Map(), oid: root, isOwn: root === undefined, children: new Map() }
  }

  async find(names: readonly string[]): Promise<TreeEntry | undefined> {
    const node = await this.#nodeAt(names.slice(0, -1))
    return node?.entries.get(names.at(-1) as string)
  }

  /** The entry that is not a value and that a value at these names would replace. */
  async obstacle(names: readonly string[]): Promise<Obstacle | undefined> {
    let node = await this.#loaded(this.#root)
    for (const [index, name] of names.entries()) {
      const entry = node.entries.get(name)
      if (entry === undefined) return undefined
      const isLast = index === names.length - 1
      if (isLast ? !isFile(entry) : entry.mode !== FOLDER) return { depth: index + 1, entry }
      if (!isLast) node = await this.#child(node, name, entry)
    }
    return undefined
  }

  async level(names: readonly string[]): Promise<TreeLevel | undefined> {
    const node = await this.#nodeAt(names)
    return node && this.#trees.level(node.isOwn ? new Map(node.entries) : node.entries)
  }

  /** Puts a file at a place where there is no obstacle. */
  async set(names: readonly string[], entry: TreeEntry): Promise<void> {
    let node = this.#edited(await this.#loaded(this.#root))
    for (const name of names.slice(0, -1)) {
      const below = node.entries.get(name)
      const child: Node =
        below === undefined
          ? { entries: new Map(), oid: undefined, isOwn: true, children: new Map() }
          : await this.#child(node, name, below)
      node.children.set(name, child)
      // Its id is known once the tree is written.
      ownEntries(node).set(name, below ?? { mode: FOLDER, oid: '' })
      node = this.#edited(child)
    }
    ownEntries(node).set(names.at(-1) as string, entry)
  }

  /** Removes a file that is there, and the folders that become empty. */
  async remove(names: readonly string[]): Promise<void> {
    const path: Node[] = [this.#edited(await this.#loaded(this.#root))]
    for (const name of names.slice(0, -1)) {
      const node = path.at(-1) as Node
      const child = await this.#child(node, name, node.entries.get(name) as TreeEntry)
      node.children.set(name, child)
      path.push(this.#edited(child))
    }
    for (let depth = names.length - 1; depth >= 0; depth--) {
      const node = path[depth] as Node
      ownEntries(node).delete(names[depth] as string)
      node.children.delete(names[depth] as string)
      if (node.entries.size > 0) return
    }
  }

  /** Begins to write the changed trees. @returns The id of the root. */
  write(objects: ObjectWriter): string {
    return this.#write(this.#root, objects)
  }

  #write(node: Node, objects: ObjectWriter): string {
    if (node.oid !== undefined) return node.oid
    for (const [name, child] of node.children) {
      if (child.oid !== undefined) continue
      ownEntries(node).set(name, { mode: FOLDER, oid: this.#write(child, objects) })
    }
    const oid = objects.put('tree', treeContent(node.entries))
    this.#trees.keep(oid, node.entries)
    node.oid = oid
    node.isOwn = false
    return oid
  }

  async #nodeAt(names: readonly string[]): Promise<Node | undefined> {
    let node = await this.#loaded(this.#root)
    for (const name of names) {
      const entry = node.entries.get(name)
      if (entry?.mode !== FOLDER) return undefined
      node = await this.#child(node, name, entry)
    }
    return node
  }

  async #child(node: Node, name: string, entry: TreeEntry): Promise<Node> {
    const known = node.children.get(name)
    if (known !== undefined) return known
    const child: Node = {
      entries: await this.#trees.read(entry.oid),
      oid: entry.oid,
      isOwn: false,
      children: new Map(),
    }
    node.children.set(name, child)
    return child
  }

  async #loaded(node: Node): Promise<Node> {
    if (node.oid !== undefined && !node.isOwn && node.entries.size === 0) {
      node.entries = await this.#trees.read(node.oid)
    }
    return node
  }

  /** The node with entries of its own, and without its id. */
  #edited(node: Node): Node {
    if (!node.isOwn) {
      node.entries = new Map(node.entries)
      node.isOwn = true
    }
    node.oid = undefined
    return node
  }
}

function ownEntries(node: Node): Map<string, TreeEntry> {
  return node.entries as Map<string, TreeEntry>
}
