import type { PageSource } from './page-source.ts'

/**
 * The page as Vite's development server gives it, asked for by the shell: the page keeps the shell's own origin, so
 * that every check stays in force. Only the socket that brings hot updates goes to Vite directly.
 */
export function createDevelopmentPage(developmentServer: URL): PageSource {
  return {
    developmentServer,
    async read(target) {
      const address = new URL(developmentServer)
      const [path = '/', query = ''] = target.split(/\?(.*)/s, 2)
      address.pathname = path
      address.search = query
      // Without this, Vite takes the request for the page itself whenever it does not know the path.
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
