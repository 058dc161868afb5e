import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { mediaType } from './media-type.ts'
import type { PageFile, PageSource } from './page-source.ts'

const INDEX = '/index.html'

/** Vite puts a hash of the content into the name of everything in this folder. */
const HASHED = '/assets/'

/**
 * The page as it was built. Its files are listed once, here: a request can name one of them and nothing else, so there
 * is no path to escape by. Links are not followed.
 *
 * @throws Error when `directory` holds no built page.
 */
export async function openBuiltPage(directory: string): Promise<PageSource> {
  const files = await listFiles(directory)
  if (!files.has(INDEX)) {
    throw new Error(`Cannot serve the page: "${directory}" holds no index.html; run \`npm run build\` first`)
  }
  return {
    developmentServer: undefined,
    async read(target) {
      const [path = ''] = target.split('?', 1)
      const file = files.get(path === '/' ? INDEX : path)
      return file === undefined ? undefined : readPageFile(file, path)
    },
  }
}

async function listFiles(directory: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      throw new Error(`Cannot serve the page: "${directory}" cannot be read; run \`npm run build\` first`, {
        cause: error,
      })
    },
  )
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  return new Map(files.map(file => [`/${relative(directory, file).split(sep).join('/')}`, file]))
}

async function readPageFile(file: string, path: string): Promise<PageFile> {
  const bytes = new Uint8Array(await readFile(file))
  return { bytes, mediaType: mediaType(file), isImmutable: path.startsWith(HASHED) }
}
