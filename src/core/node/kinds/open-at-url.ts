import { DatastoreError, messageOf } from '../../errors.ts'
import { ConfigError } from '../../stack/config-error.ts'

/**
 * Opens the store of a node that has an address. A server that is unreachable now is not an error in the document.
 * @param path The place of the node in the document.
 */
export async function openAtUrl<Opened>(path: string, open: () => Promise<Opened>): Promise<Opened> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const problem = messageOf(error)
    if (!(error instanceof DatastoreError) || error.code === 'CONFIG_INVALID') {
      throw new ConfigError(`${path}.url`, problem, { cause: error })
    }
    throw new DatastoreError(error.code, `${path}.url: ${problem}`, { cause: error })
  }
}
