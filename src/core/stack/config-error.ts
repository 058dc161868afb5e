import { DatastoreError, type ErrorDetails } from '../errors.ts'

/** An error in a stack document (`CONFIG_INVALID`). */
export class ConfigError extends DatastoreError {
  override name = 'ConfigError'
  /** The path in the document, such as `root.tiers[1].path`; `''` for the document as a whole. */
  readonly path: string

  constructor(path: string, problem: string, details: ErrorDetails = {}) {
    super('CONFIG_INVALID', path === '' ? problem : `${path}: ${problem}`, details)
    this.path = path
  }
}
