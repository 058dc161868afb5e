import { z } from 'zod'
import { ConfigError, type NamedNode, placeIn } from './config-error.ts'
import {
  DOCUMENT_VERSION,
  type DocumentProblem,
  type StackDocument,
  type StackNodeDocument,
} from './document.ts'
import type { Kind } from './kind.ts'
import { plainProblem } from './plain-problem.ts'
import type { Registry } from './registry.ts'

/** A node of a valid document, with its options parsed. */
export interface ParsedNode {
  readonly id: string
  readonly kind: Kind
  readonly label: string
  readonly path: string
  readonly options: Record<string, unknown>
  readonly children: readonly ParsedNode[]
  /** The names of keyed children, in order. */
  readonly childKeys: readonly string[]
}

export interface ParsedDocument {
  readonly name: string
  readonly root: ParsedNode
  /** The document with an id on every node. */
  readonly document: StackDocument
}

/**
 * The maximum nesting of nodes: far more than any real stack, and a protection against documents made to exhaust the
 * call stack.
 */
const MAX_DEPTH = 64

const envelope = z.strictObject({
  strata: z.literal(DOCUMENT_VERSION),
  name: z.string().optional(),
  root: z.record(z.string(), z.unknown()),
})

/**
 * Parses a document.
 * @param taken Ids that a node without an id must not get.
 * @throws ConfigError for the first problem.
 */
export function parseDocument(
  document: unknown,
  registry: Registry,
  taken: Iterable<string> = [],
): ParsedDocument {
  const { parsed, problems, placeOf } = inspect(document, registry, taken)
  const [first] = problems
  if (first !== undefined) {
    const error = new ConfigError(first.path, first.message)
    error.place = placeOf?.(first.path)
    throw error
  }
  if (parsed === undefined) throw new ConfigError('', 'this is not a stack document')
  return parsed
}

/** All problems of a document, in document order. Nothing is opened. */
export function validateDocument(document: unknown, registry: Registry): readonly DocumentProblem[] {
  return inspect(document, registry).problems
}

function inspect(
  document: unknown,
  registry: Registry,
  taken: Iterable<string> = [],
): {
  readonly parsed?: ParsedDocument
  readonly problems: readonly DocumentProblem[]
  readonly placeOf?: (path: string) => string | undefined
} {
  const outer = envelope.safeParse(document, { error: plainProblem })
  if (!outer.success) return { problems: outer.error.issues.map(issue => problemOf(issue, '')) }
  const given = givenIds(outer.data.root, 2 * MAX_DEPTH)
  const reader = new NodeReader(registry, new Set([...given, ...taken]))
  const read = reader.read(outer.data.root, 'root', 0)
  if (read === undefined || reader.problems.length > 0) {
    return { problems: reader.problems, placeOf: path => reader.placeOf(path) }
  }
  const { name } = outer.data
  return {
    problems: [],
    parsed: {
      name: name ?? read.node.label,
      root: read.node,
      document: { strata: DOCUMENT_VERSION, ...(name !== undefined && { name }), root: read.document },
    },
  }
}

interface ReadNode {
  readonly node: ParsedNode
  readonly document: StackNodeDocument
}

class NodeReader {
  readonly problems: DocumentProblem[] = []
  readonly #registry: Registry
  readonly #ids = new Map<string, string>()
  readonly #taken: ReadonlySet<string>
  /** The nodes that were read, parents first. */
  readonly #nodes: NamedNode[] = []

  /** @param taken Ids that only a node which names them itself can have. */
  constructor(registry: Registry, taken: ReadonlySet<string>) {
    this.#registry = registry
    this.#taken = taken
  }

  /** The node at a path, and its option, by their names. */
  placeOf(path: string): string | undefined {
    const node = this.#nodes.findLast(
      other => path.startsWith(other.path) && /^[.[]|^$/.test(path.slice(other.path.length)),
    )
    return node && placeIn(node, path)
  }

  read(node: unknown, path: string, depth: number): ReadNode | undefined {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) {
      this.#refuse(path, 'a node is an object such as { "kind": "memory" }')
      return
    }
    if (depth >= MAX_DEPTH) {
      this.#refuse(path, `nodes are nested more than ${MAX_DEPTH} deep`)
      return
    }
    const { kind: name, id: givenId, label, ...rest } = node as Record<string, unknown>
    const kind = typeof name === 'string' ? this.#registry.find(name) : undefined
    const shown = [label, kind?.label, name].find(
      (text): text is string => typeof text === 'string' && text !== '',
    )
    this.#nodes.push({ path, label: shown ?? 'No kind yet', kind })
    if (kind === undefined) {
      const found = name === undefined ? 'the kind is missing' : `there is no kind ${JSON.stringify(name)}`
      this.#refuse(`${path}.kind`, `${found}; use one of ${this.#registry.names.join(', ')}`)
      return
    }
    const id = this.#idOf(givenId, kind, path)
    if (label !== undefined && typeof label !== 'string') this.#refuse(`${path}.label`, 'a label is a string')
    const { [kind.childrenField ?? '']: children, ...options } = rest
    const parsed = kind.schema.safeParse(options, { error: plainProblem })
    if (!parsed.success) this.problems.push(...parsed.error.issues.map(issue => problemOf(issue, path)))
    const below = this.#children(kind, children, path, depth)
    if (!parsed.success || below === undefined) return undefined
    return {
      node: {
        id,
        kind,
        label: typeof label === 'string' && label !== '' ? label : kind.label,
        path,
        options: parsed.data,
        children: below.map(child => child.node),
        childKeys: kind.children === 'keyed' ? Object.keys(children as object) : [],
      },
      document: withChildren(node as StackNodeDocument, id, kind, below),
    }
  }

  #children(kind: Kind, children: unknown, path: string, depth: number): readonly ReadNode[] | undefined {
    const field = kind.childrenField
    if (kind.children === 'none' || field === undefined) return []
    const at = `${path}.${field}`
    if (kind.children === 'one') {
      if (children === undefined) {
        this.#refuse(at, `a node of kind ${kind.kind} needs one store here, such as { "kind": "memory" }`)
        return
      }
      const child = this.read(children, at, depth + 1)
      return child && [child]
    }
    if (kind.children === 'keyed') return this.#keyedChildren(kind, children, at, depth)
    if (!Array.isArray(children) || children.length === 0) {
      this.#refuse(at, `a node of kind ${kind.kind} needs a list of at least one store here`)
      return
    }
    const roles = kind.childRoles
    if (roles !== undefined && children.length !== roles.length) {
      const right = `needs ${roles.length} stores here: ${roles.join(', ')}`
      this.#refuse(at, `a node of kind ${kind.kind} ${right}; there are ${children.length}`)
      return
    }
    const read = children.map((child, index) => this.read(child, `${at}[${index}]`, depth + 1))
    return allOf(read)
  }

  #keyedChildren(kind: Kind, children: unknown, at: string, depth: number): readonly ReadNode[] | undefined {
    if (typeof children !== 'object' || children === null || Array.isArray(children)) {
      this.#refuse(at, `a node of kind ${kind.kind} needs an object of stores here`)
      return
    }
    // Few formats that a document passes through can represent this name. "/__proto__" names the same key.
    if (Object.hasOwn(children, '__proto__')) {
      this.#refuse(`${at}["__proto__"]`, 'the name "__proto__" is reserved; write "/__proto__"')
      return
    }
    return allOf(
      Object.entries(children).map(([key, child]) =>
        this.read(child, `${at}[${JSON.stringify(key)}]`, depth + 1),
      ),
    )
  }

  #idOf(given: unknown, kind: Kind, path: string): string {
    if (given !== undefined && (typeof given !== 'string' || given === '')) {
      this.#refuse(`${path}.id`, 'an id is a string that is not empty')
    }
    const id = typeof given === 'string' && given !== '' ? given : this.#freeId(`${kind.kind}@${path}`)
    const other = this.#ids.get(id)
    if (other !== undefined) {
      const owner = `${JSON.stringify(this.placeOf(other))} (${other})`
      this.#refuse(`${path}.id`, `the id ${JSON.stringify(id)} is that of ${owner} already`)
    }
    this.#ids.set(id, path)
    return id
  }

  /** Derived from the position: unless a document is rearranged, a node without an id keeps the one it had. */
  #freeId(id: string): string {
    let free = id
    for (let next = 2; this.#taken.has(free) || this.#ids.has(free); next++) free = `${id}-${next}`
    return free
  }

  #refuse(path: string, message: string): undefined {
    this.problems.push({ path, message })
    return undefined
  }
}

function allOf(nodes: readonly (ReadNode | undefined)[]): readonly ReadNode[] | undefined {
  const complete = nodes.filter(node => node !== undefined)
  return complete.length === nodes.length ? complete : undefined
}

function withChildren(
  node: StackNodeDocument,
  id: string,
  kind: Kind,
  below: readonly ReadNode[],
): StackNodeDocument {
  const field = kind.childrenField
  const documents = below.map(child => child.document)
  if (field === undefined || kind.children === 'none') return { ...node, id }
  if (kind.children === 'one') return { ...node, id, [field]: documents[0] }
  if (kind.children === 'many') return { ...node, id, [field]: documents }
  const keys = Object.keys(node[field] as object)
  return { ...node, id, [field]: Object.fromEntries(keys.map((key, index) => [key, documents[index]])) }
}

function problemOf(issue: z.core.$ZodIssue, base: string): DocumentProblem {
  const path = issue.path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`,
    base,
  )
  if (issue.code !== 'unrecognized_keys') return { path, message: issue.message }
  const names = issue.keys.map(key => JSON.stringify(key)).join(', ')
  const [only] = issue.keys
  return {
    path: only === undefined || issue.keys.length > 1 ? path : path === '' ? only : `${path}.${only}`,
    message:
      issue.keys.length > 1 ? `there are no options ${names} here` : `there is no option ${names} here`,
  }
}

/**
 * The ids that a document itself gives to its nodes. Everything with a kind counts as a node, so that no id is missed.
 * @param depth How deep to look.
 */
export function givenIds(value: unknown, depth: number, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null || depth === 0) return found
  if ('kind' in value && 'id' in value && typeof value.id === 'string') found.add(value.id)
  for (const item of Object.values(value)) givenIds(item, depth - 1, found)
  return found
}
