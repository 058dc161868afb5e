import type { z } from 'zod'
import { DatastoreError, type ErrorDetails } from '../errors.ts'

/** An error in a stack document (`CONFIG_INVALID`). */
export class ConfigError extends DatastoreError {
  override name = 'ConfigError'
  /** The path in the document, such as `root.tiers[1].path`; `''` for the document as a whole. */
  readonly path: string
  /** What is wrong at the path. The message begins with the path. */
  readonly problem: string
  /** The node and its option at the path, as people know them: `Disk · Path`. Absent for the document as a whole. */
  place: string | undefined

  constructor(path: string, problem: string, details: ErrorDetails = {}) {
    super('CONFIG_INVALID', path === '' ? problem : `${path}: ${problem}`, details)
    this.path = path
    this.problem = problem
  }
}

/** A node as people know it. */
export interface NamedNode {
  /** Its own label, or else that of its kind. */
  readonly label: string
  /** Its path in the document. */
  readonly path: string
  /** Absent if its kind is unknown. */
  readonly kind?: { readonly schema: z.ZodObject; readonly childrenField?: string | undefined } | undefined
}

/** The fields that a node of each kind has, besides its options. */
const NODE_FIELDS: ReadonlySet<string> = new Set(['id', 'kind', 'label'])

/** The node, and the option that `path` leads to in it: `Disk · Path`. */
export function placeIn({ label, path: ownPath, kind }: NamedNode, path: string): string {
  const [, option] = /^\.([^.[]+)/.exec(path.slice(ownPath.length)) ?? []
  if (option === undefined || option === kind?.childrenField) return label
  const schema = kind?.schema.shape[option] as z.ZodType | undefined
  const isKnown = schema !== undefined || NODE_FIELDS.has(option)
  return `${label} · ${isKnown ? (schema?.meta()?.title ?? optionLabel(option)) : option}`
}

/** What people call an option that has no title: `followLinks` → `Follow links`. */
export function optionLabel(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_]+/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
