import { DatastoreError } from '../../../core/errors.ts'
import { NotAFile, readRegularFile } from '../../../core/node/regular-file.ts'
import { BadInputError } from '../calls/describe-failure.ts'
import { removeLeftovers, writeFileAtomically } from '../files/atomic-file.ts'
import { fileFailure } from '../files/file-failure.ts'
import { findJsonError } from './json-error.ts'

const SUFFIX = '.stack.json'

/** The maximum number of bytes of a stack file. */
const MAX_BYTES = 4 * 1024 * 1024

/**
 * The text of a stack file.
 * @param path Absolute; its name ends in `.stack.json`, so that a page cannot read arbitrary files.
 */
export async function readStackFile(path: string): Promise<string> {
  refuseOtherFiles(path)
  await removeLeftovers(path)
  const bytes = await readBounded(path).catch((error: unknown) => {
    throw error instanceof DatastoreError ? error : fileFailure('read', path, error)
  })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new DatastoreError('CORRUPT', `Cannot read ${JSON.stringify(path)}: it is not UTF-8 text`, {
      cause,
    })
  }
}

/** Saves a stack file atomically. */
export async function writeStackFile(path: string, text: string, replace: boolean): Promise<void> {
  refuseOtherFiles(path)
  if (Buffer.byteLength(text) > MAX_BYTES) throw tooLarge('write', path)
  await removeLeftovers(path)
  try {
    await writeFileAtomically(path, text, { replace })
  } catch (error) {
    throw fileFailure('write', path, error)
  }
}

/** @throws DatastoreError `CONFIG_INVALID` for text that is not valid JSON. */
export function parseStackText(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const found = findJsonError(text)
    const state = found === undefined ? 'it is not JSON' : `${found.message} (at character ${found.offset})`
    throw new DatastoreError('CONFIG_INVALID', `Cannot open ${JSON.stringify(path)}: ${state}`, { cause })
  }
}

/** Reads at most the allowed size, regardless of the size that the file reports, and only regular files. */
async function readBounded(path: string): Promise<Buffer> {
  try {
    const bytes = await readRegularFile(path, MAX_BYTES + 1)
    if (bytes.length > MAX_BYTES) throw tooLarge('read', path)
    return bytes
  } catch (error) {
    if (!(error instanceof NotAFile)) throw error
    const code = error.isFolder ? 'CONFLICT' : 'UNSUPPORTED'
    throw new DatastoreError(code, `Cannot read ${JSON.stringify(path)}: ${error.message}`, { cause: error })
  }
}

function refuseOtherFiles(path: string): void {
  if (path.endsWith(SUFFIX)) return
  throw new BadInputError(
    `Cannot use ${JSON.stringify(path)} as a stack file: its name does not end in ${SUFFIX}`,
  )
}

function tooLarge(action: string, path: string): DatastoreError {
  const state = `a stack file has at most ${MAX_BYTES} bytes`
  return new DatastoreError('UNSUPPORTED', `Cannot ${action} ${JSON.stringify(path)}: ${state}`)
}
