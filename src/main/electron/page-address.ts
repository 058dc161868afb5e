/** The scheme of the page: one of our own, so that it has an origin and none of the rights of `file:`. */
export const PAGE_SCHEME = 'app'

const PAGE_HOST = 'strata'

/** What windows load. */
export const PAGE_ADDRESS = `${PAGE_SCHEME}://${PAGE_HOST}/`

/** Whether an address is of the page: parsed, since a prefix says little (`app://strata.attacker.example`). */
export function isPageAddress(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, host, username } = new URL(address)
  return protocol === `${PAGE_SCHEME}:` && host === PAGE_HOST && username === ''
}
