/** Sites that the page may have opened in the person's browser. */
const ALLOWED_HOSTS: ReadonlySet<string> = new Set(['github.com'])

/**
 * Whether the system may be asked to open an address. It starts whatever program claims the scheme, with whatever the
 * address says, so only plain https links to known sites pass.
 */
export function isAllowedLink(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, port, username, password } = new URL(address)
  return protocol === 'https:' && ALLOWED_HOSTS.has(hostname) && `${port}${username}${password}` === ''
}
