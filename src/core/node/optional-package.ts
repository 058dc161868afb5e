import { failure } from '../errors.ts'
import { systemCode } from './fs/disk.ts'

/**
 * Loads a package that a program installs only if it needs it.
 * @param what What cannot be opened without it, such as `a LevelDB store`.
 * @param load `() => import('name')`, so that bundlers and types see the name.
 * @throws DatastoreError `CONFIG_INVALID` saying what to install.
 */
export async function optionalPackage<Module>(
  what: string,
  name: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    const code = systemCode(cause)
    // For a package that is installed but cannot be loaded, the original error is more precise.
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw cause
    const state = `the package ${name} is not installed; install it with: npm install ${name}`
    throw failure('CONFIG_INVALID', `open ${what}`, undefined, state, cause)
  }
}
