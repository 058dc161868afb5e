import { failure } from '../../errors.ts'
import { systemCode } from '../fs/disk.ts'

/**
 * Loads the client of an engine, which is an optional package.
 * @throws DatastoreError `CONFIG_INVALID` saying what to install where it is missing.
 */
export async function loadClient<T>(kind: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (cause) {
    const code = systemCode(cause)
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw cause
    const state = `the package ${name} is not installed; install it with: npm install ${name}`
    throw failure('CONFIG_INVALID', `open a ${kind} store`, undefined, state, cause)
  }
}
