import type { Protocol } from 'electron'
import { contentSecurityPolicy, pageHeaders, SECURITY_HEADERS } from '../page/page-headers.ts'
import type { PageSource } from '../page/page-source.ts'

/** The scheme of the page: a custom one, which has an origin and none of the rights of `file:`. */
const PAGE_SCHEME = 'app'

const PAGE_HOST = 'strata'

/** What windows load. */
export const PAGE_ADDRESS = `${PAGE_SCHEME}://${PAGE_HOST}/`

/** Whether an address belongs to the page. Parsed, because a prefix can mislead (`app://strata.attacker.example`). */
export function isPageAddress(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, host, username } = new URL(address)
  return protocol === `${PAGE_SCHEME}:` && host === PAGE_HOST && username === ''
}

/** Registers the page's scheme as a standard web origin. Must be called before Electron is ready. */
export function registerPageScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: PAGE_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ])
}

/** Serves the page's files under its scheme. */
export function servePage(protocol: Pick<Protocol, 'handle'>, page: PageSource): void {
  protocol.handle(PAGE_SCHEME, request => answer(request, page))
}

async function answer({ method, url }: Request, page: PageSource): Promise<Response> {
  if (!isPageAddress(url)) return refuse(403)
  if (method !== 'GET' && method !== 'HEAD') return refuse(405)
  const { pathname, search } = new URL(url)
  const file = await page.read(pathname + search)
  if (file === undefined) return refuse(404)
  return new Response(method === 'HEAD' ? null : file.bytes, {
    headers: pageHeaders(file, contentSecurityPolicy(page)),
  })
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: SECURITY_HEADERS })
}
