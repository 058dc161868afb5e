import type { Input, Output, ProcedureName } from '../../../../shared/contract.ts'
import type { Row } from '../../../../shared/procedures/store.ts'
import type { Client } from '../../../api/client.ts'
import type { KeptTree, TreeMemory } from '../view/tree-memory.ts'

/** Keys that a search found, and the branches above them, as levels that a tree can show. */
export class HitTree implements KeptTree {
  /** The rows of each level, in key order. */
  readonly #levels = new Map<string, Row[]>([['/', []]])
  #memory: TreeMemory

  /**
   * @param keys In key order.
   * @param before The tree of hits that this one replaces: its focus and scroll position are kept.
   */
  constructor(keys: readonly string[], before?: HitTree) {
    for (const key of keys) this.#add(key)
    const { focus, top } = before?.read() ?? {}
    this.#memory = { open: [...this.#levels.keys()].filter(level => level !== '/'), focus, top }
  }

  /** Whether a row shows the key. */
  has(key: string): boolean {
    const slash = key.lastIndexOf('/')
    const rows = this.#levels.get(slash === 0 ? '/' : key.slice(0, slash)) ?? []
    return rows.some(({ name }) => name === key.slice(slash + 1))
  }

  read(): TreeMemory {
    return this.#memory
  }

  write(memory: TreeMemory): void {
    this.#memory = memory
  }

  /** The client with levels that contain only these keys. */
  client(client: Client): Client {
    return {
      call: <Name extends ProcedureName>(name: Name, input: Input<Name>, options?: CallOptions) =>
        this.#answer(name, input) ?? client.call(name, input, options),
      // Changes of the host's levels do not concern these. The search is repeated instead.
      on: (name, listener) => (name === 'levelChanged' ? () => undefined : client.on(name, listener)),
      onLost: listener => client.onLost(listener),
    }
  }

  #answer<Name extends ProcedureName>(name: Name, input: Input<Name>): Promise<Output<Name>> | undefined {
    if (name === 'levels.rows') return this.#rows(input as Input<'levels.rows'>) as Promise<Output<Name>>
    if (name === 'levels.find') return this.#find(input as Input<'levels.find'>) as Promise<Output<Name>>
    return undefined
  }

  async #rows({ prefix, offset, limit }: Input<'levels.rows'>): Promise<Output<'levels.rows'>> {
    const rows = this.#levels.get(prefix) ?? []
    return { rows: rows.slice(offset, offset + limit), ...stateOf(rows) }
  }

  async #find({ prefix, name }: Input<'levels.find'>): Promise<Output<'levels.find'>> {
    const rows = this.#levels.get(prefix) ?? []
    const found = rows.findIndex(row => row.name >= name)
    const index = found < 0 ? rows.length : found
    return { index, isPresent: rows[index]?.name === name, ...stateOf(rows) }
  }

  #add(key: string): void {
    const segments = key.split('/').slice(1)
    let prefix = '/'
    for (const [depth, name] of segments.entries()) {
      const isValue = depth === segments.length - 1
      const level = this.#level(prefix)
      const last = level.at(-1)
      const isKnown = last?.name === name
      const row = {
        name,
        isValue: isValue || (isKnown && last.isValue),
        isBranch: !isValue || (isKnown && last.isBranch),
      }
      if (isKnown) level[level.length - 1] = row
      else level.push(row)
      prefix = prefix === '/' ? `/${name}` : `${prefix}/${name}`
    }
  }

  #level(prefix: string): Row[] {
    const known = this.#levels.get(prefix)
    if (known !== undefined) return known
    const level: Row[] = []
    this.#levels.set(prefix, level)
    return level
  }
}

type CallOptions = Parameters<Client['call']>[2]

function stateOf(rows: readonly Row[]) {
  return { count: rows.length, accuracy: 'exact', version: 1 } as const
}
