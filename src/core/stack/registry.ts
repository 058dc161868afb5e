import { z } from 'zod'
import type { Kind } from './kind.ts'

/** A kind as a form or a page of documentation needs it. */
export interface KindDescription {
  readonly kind: string
  readonly label: string
  readonly help: string
  readonly children: Kind['children']
  readonly childrenField?: string | undefined
  /** The URL schemes that the kind opens, without the colon. */
  readonly protocols?: readonly string[] | undefined
  /** Whether it opens folders or files. */
  readonly isPlace?: boolean | undefined
  /** JSON Schema (2020-12) of the node's own options. */
  readonly schema: Record<string, unknown>
}

/** Every kind of node that documents may use. Documents with these kinds can be loaded, edited and documented. */
export class Registry {
  readonly #kinds: ReadonlyMap<string, Kind>

  constructor(kinds: readonly Kind[]) {
    this.#kinds = new Map(kinds.map(kind => [kind.kind, kind]))
  }

  get kinds(): readonly Kind[] {
    return [...this.#kinds.values()]
  }

  get names(): readonly string[] {
    return [...this.#kinds.keys()]
  }

  find(name: string): Kind | undefined {
    return this.#kinds.get(name)
  }

  describe(): readonly KindDescription[] {
    return this.kinds.map(({ kind, label, help, children, childrenField, recognition, schema }) => ({
      kind,
      label,
      help,
      children,
      ...(childrenField !== undefined && { childrenField }),
      ...(recognition?.protocols !== undefined && { protocols: [...recognition.protocols] }),
      ...(recognition?.place !== undefined && { isPlace: true }),
      schema: { ...z.toJSONSchema(schema, { io: 'input' }) },
    }))
  }
}
