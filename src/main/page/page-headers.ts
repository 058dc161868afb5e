import type { PageFile, PageSource } from './page-source.ts'

/** Security headers of all responses of a shell. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy':
    'camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), payment=(), serial=(), usb=()',
}

/**
 * The page's Content-Security-Policy.
 * @param connect Where the page may connect beyond its own origin, as CSP sources.
 */
export function contentSecurityPolicy(page: PageSource, connect: readonly string[] = []): string {
  const { developmentServer } = page
  // Vite's client adds inline scripts and styles, and has a socket for hot updates; the built page has none of these.
  const inline = developmentServer === undefined ? [] : ["'unsafe-inline'"]
  const hotUpdates = developmentServer === undefined ? [] : [`ws://${developmentServer.host}`]
  return [
    ["default-src 'none'"],
    ["script-src 'self'", ...inline],
    ["style-src 'self'", ...inline],
    ["img-src 'self' blob: data:"],
    ["font-src 'self'"],
    ["connect-src 'self'", ...connect, ...hotUpdates],
    ["base-uri 'none'"],
    ["form-action 'none'"],
    ["frame-ancestors 'none'"],
  ]
    .map(directive => directive.join(' '))
    .join('; ')
}

/** All headers of one file of the page. */
export function pageHeaders(file: PageFile, policy: string): Readonly<Record<string, string>> {
  return {
    ...SECURITY_HEADERS,
    'Content-Security-Policy': policy,
    'Content-Type': file.mediaType,
    'Content-Length': String(file.bytes.length),
    'Cache-Control': file.isImmutable ? 'private, max-age=31536000, immutable' : 'no-store',
  }
}
