import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'

export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly mediaType: string
  /** Whether the file's name changes with its content, so that a browser may keep it for good. */
  readonly isImmutable: boolean
}

/** The files of the page: the only thing either shell serves. */
export interface PageSource {
  /**
   * @param target Path and query of a request, as received.
   * @returns `undefined` for what is not a file of the page.
   */
  read(target: string): Promise<PageFile | undefined>
  /** The address of the page's development server, if there is one. The page needs more rights then. */
  readonly developmentServer: URL | undefined
}

/** @param developmentServer Address of Vite's server. If absent, the page built into `directory` is used. */
export async function openPage(
  directory: string,
  developmentServer: string | undefined,
): Promise<PageSource> {
  if (developmentServer === undefined) return openBuiltPage(directory)
  return createDevelopmentPage(new URL(developmentServer))
}

const INDEX = '/index.html'

/** Vite puts a hash of the content into the name of everything in this folder. */
const HASHED = '/assets/'

/**
 * The built page. Its files are listed once, and only listed files are served, which rules out path traversal. Links are
 * not followed.
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

/**
 * The page from Vite's development server, fetched by the shell. The page keeps the shell's origin, so that all checks
 * apply. Only the socket for hot updates connects to Vite directly.
 */
export function createDevelopmentPage(developmentServer: URL): PageSource {
  return {
    developmentServer,
    async read(target) {
      const address = new URL(developmentServer)
      const [path = '/', query = ''] = target.split(/\?(.*)/s, 2)
      address.pathname = path
      address.search = query
      // Without this, Vite answers an unknown path with the page itself.
      const accept = path === '/' ? 'text/html' : '*/*'
      const response = await fetch(address, { headers: { accept } })
      if (!response.ok) return undefined
      return {
        bytes: new Uint8Array(await response.arrayBuffer()),
        mediaType: response.headers.get('content-type') ?? 'application/octet-stream',
        isImmutable: false,
      }
    },
  }
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}

/** The media type of a file of the page. Unknown files are sent as plain bytes, and browsers are told not to guess. */
function mediaType(path: string): string {
  return MEDIA_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream'
}
