import { DatastoreError } from '../errors.ts'

/**
 * Loads a package that a program installs only where it opens what needs it.
 * @param load `() => import('name')`, so that bundlers and types see the name.
 * @throws DatastoreError `CONFIG_INVALID` saying what to install.
 */
export async function optionalPackage<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    // A package that is there and cannot be loaded says better itself what is wrong.
    if (!isMissing(cause, name)) throw cause
    const state = `the package ${JSON.stringify(name)} is not installed; run: npm install ${name}`
    throw new DatastoreError('CONFIG_INVALID', `Cannot open this store: ${state}`, { cause })
  }
}

function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const isNotFound = error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND'
  return isNotFound && error.message.includes(`'${name}'`)
}
