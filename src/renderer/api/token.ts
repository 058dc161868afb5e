const STORAGE_KEY = 'strata.token'

/**
 * The token of the browser shell. It comes in the address's fragment, which is emptied so that it stays out of
 * history and screenshots, and is kept for reloads of this tab alone.
 */
export function takeToken(): string | undefined {
  const token = tokenOf(location.hash)
  if (token === undefined) return sessionStorage.getItem(STORAGE_KEY) ?? undefined
  sessionStorage.setItem(STORAGE_KEY, token)
  history.replaceState(history.state, '', location.pathname + location.search)
  return token
}

/** @param hash As `location.hash`: `#token=…`. */
export function tokenOf(hash: string): string | undefined {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token')
  return token === null || token === '' ? undefined : token
}
