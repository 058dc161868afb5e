import { Comparison, flatten } from '../../../../../src/core/stack/compare.ts'
import { ConfigError } from '../../../../../src/core/stack/config-error.ts'
import {
  type ParsedDocument,
  type ParsedNode,
  parseDocument,
  validateDocument,
} from '../../../../../src/core/stack/parse.ts'
import { contract, type Output, type ParsedInput } from '../../../../../src/shared/contract.ts'
import type { Decisions, SessionInfo } from '../../../../../src/shared/procedures/sessions.ts'
import type { Failure, Reply } from '../../../../../src/shared/values.ts'
import { kinds, registry } from '../kinds.ts'
import { templates } from './templates.ts'

type Handled =
  | `stacks.${'kinds' | 'templates' | 'validate' | 'read' | 'write'}`
  | `sessions.${'open' | 'plan' | 'apply'}`
type Handlers = { readonly [Name in Handled]: (input: ParsedInput<Name>) => Output<Name> }

/**
 * The part of the host that the stack editor calls, with real schemas and checks. Folders and files exist by
 * name only.
 */
export class FakeHost {
  readonly calls: string[] = []
  readonly files = new Map<string, string>()
  readonly applied: unknown[] = []
  /** The decisions that were sent with each change. */
  readonly decided: (Decisions | undefined)[] = []
  /** The delay of every answer. */
  ready: Promise<void> = Promise.resolve()
  #running: ParsedDocument | undefined

  readonly #handlers: Handlers = {
    'stacks.kinds': () => ({ kinds: [...kinds.values()] }),
    'stacks.templates': () => ({ templates: [...templates] }),
    'stacks.validate': ({ text }) => ({ problems: [...validateDocument(JSON.parse(text), registry)] }),
    'stacks.read': input => this.#read(input),
    'stacks.write': input => this.#write(input),
    'sessions.open': ({ source }) => this.#open(source.type === 'document' ? source.document : undefined),
    'sessions.plan': ({ document }) => this.#plan(parseDocument(document, registry)),
    'sessions.apply': ({ document, decisions }) => {
      this.decided.push(decisions)
      return this.#open(document)
    },
  }

  async answer(name: keyof Handlers, input: unknown): Promise<Reply<unknown>> {
    this.calls.push(name)
    await this.ready
    const parsed = contract[name].input.safeParse(input)
    if (!parsed.success) return failed({ code: 'BAD_INPUT', message: parsed.error.message })
    try {
      const handle = this.#handlers[name] as (parsed: unknown) => unknown
      return { ok: true, value: contract[name].output.parse(handle(parsed.data)) }
    } catch (error) {
      if (error instanceof Failed) return failed(error.failure)
      if (!(error instanceof ConfigError)) throw error
      return failed({ code: error.code, message: error.message, path: error.path })
    }
  }

  #read({ path }: ParsedInput<'stacks.read'>): Output<'stacks.read'> {
    const text = this.files.get(path)
    if (text === undefined)
      throw new Failed({ code: 'NOT_FOUND', message: `Cannot read "${path}": there is no such file` })
    return { path, text }
  }

  #write({ path, text, replace = false }: ParsedInput<'stacks.write'>): Output<'stacks.write'> {
    if (!replace && this.files.has(path))
      throw new Failed({ code: 'ALREADY_EXISTS', message: `Cannot write "${path}": there is such a file` })
    this.files.set(path, text)
    return { done: true }
  }

  /**
   * Compares the nodes as the core does. Each memory has 3 values, and each list of shards has 121 of 368
   * keys elsewhere.
   */
  #plan({ document, root }: ParsedDocument): Output<'sessions.plan'> {
    const running = this.#running as ParsedDocument
    const nodes = flatten(running.root)
    const comparison = new Comparison(
      running.root,
      root,
      new Map(
        nodes.map(node => [node.id, { node, isVolatile: node.kind.kind === 'memory', canRewire: true }]),
      ),
    )
    const { dropping, fates, losing, stale } = comparison
    const planned = ({ id, kind, label, path }: ParsedNode) => ({
      id,
      kind: kind.kind,
      label,
      path,
      fate: fates.get(id) ?? 'kept',
    })
    const sharded = flatten(root).filter(
      ({ id, kind }) => kind.placing !== undefined && fates.get(id) === 'changed',
    )
    return {
      running: running.document,
      document,
      nodes: [...flatten(root), ...nodes.filter(({ id }) => fates.get(id) === 'gone')].map(planned),
      lost: losing.map(node => ({ ...planned(node), entries: 3 })),
      dropped: dropping.map(node => ({ ...planned(node), entries: 6 })),
      stale: stale.map(planned),
      misplaced: sharded.map(node => ({ ...planned(node), keys: 121, of: 368 })),
    }
  }

  #open(document: unknown): SessionInfo {
    const parsed = parseDocument(document, registry)
    const missing = /"path":"([^"]*missing[^"]*)"/.exec(JSON.stringify(document))?.[1]
    if (missing !== undefined) {
      const path = pathOfFolder(parsed.document.root, 'root', missing)
      throw new ConfigError(`${path}.path`, `no such folder ${JSON.stringify(missing)}`)
    }
    this.applied.push(document)
    this.#running = parsed
    return {
      id: 's1',
      name: parsed.name,
      source: { type: 'document', document },
      isReadOnly: false,
      environment: 'development',
      isWritable: true,
      keepsExpiry: true,
      document: { ...parsed.document },
      nodes: [],
      status: {},
    }
  }
}

class Failed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

function failed(error: Failure): Reply<unknown> {
  return { ok: false, error }
}

function pathOfFolder(node: object, at: string, folder: string): string | undefined {
  if ('path' in node && node.path === folder) return at
  for (const [name, value] of Object.entries(node)) {
    const items: readonly [string, unknown][] = Array.isArray(value)
      ? value.map((item: unknown, index) => [`${at}.${name}[${index}]`, item])
      : [[`${at}.${name}`, value]]
    for (const [path, item] of items) {
      const found = typeof item === 'object' && item !== null ? pathOfFolder(item, path, folder) : undefined
      if (found !== undefined) return found
    }
  }
  return undefined
}
