import { DatastoreError, type ErrorDetails } from '../errors.ts'

/** Something is wrong with a stack document (`CONFIG_INVALID`). */
export class ConfigError extends DatastoreError {
  override name = 'ConfigError'
  /** Where in the document, as `root.tiers[1].path`; `''` for the document as a whole. */
  readonly path: string

  constructor(path: string, problem: string, details: ErrorDetails = {}) {
    super('CONFIG_INVALID', path === '' ? problem : `${path}: ${problem}`, details)
    this.path = path
  }
}
