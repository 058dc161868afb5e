import { splitAddress } from '../../../shared/address.ts'

const MASK = '••••••'

/** The address with dots for its password. */
export function masked(text: string): string {
  const { address, user = '' } = splitAddress(text)
  return address.replace('://', `://${user}:${MASK}@`)
}

/** What was typed over a masked address, with the password in place of the dots. Half of the dots is no password. */
export function unmasked(typed: string, before: string): string {
  const { password } = splitAddress(before)
  if (password === undefined) return typed
  return typed.includes(MASK) ? typed.replace(MASK, encodeURIComponent(password)) : typed.replaceAll('•', '')
}

/** The address as it may leave this window. */
export function withoutPassword(text: string): string {
  const { address, user } = splitAddress(text.trim())
  return user === undefined ? address : address.replace('://', `://${encodeURIComponent(user)}@`)
}

/** Half an address, and a kind without a path, name nothing yet. */
export function isWorthAsking(text: string): boolean {
  const typed = text.trim()
  return typed !== '' && !/^[a-z0-9+.-]+:(?:\/\/)?$/i.test(typed)
}
