import { splitAddress } from '../../../shared/address.ts'

const MASK = '••••••'

/** The address with its password replaced by dots. */
export function masked(text: string): string {
  const { address, user = '' } = splitAddress(text)
  return address.replace('://', `://${user}:${MASK}@`)
}

/** The text typed into a masked address, with the dots replaced by the password. Part of the dots is not a password. */
export function unmasked(typed: string, before: string): string {
  const { password } = splitAddress(before)
  if (password === undefined) return typed
  return typed.includes(MASK) ? typed.replace(MASK, encodeURIComponent(password)) : typed.replaceAll('•', '')
}

/** The address without its password, as it may leave this window. */
export function withoutPassword(text: string): string {
  const { address, user } = splitAddress(text.trim())
  return user === undefined ? address : address.replace('://', `://${encodeURIComponent(user)}@`)
}

/** Whether a text can name something. An incomplete address, and a kind without a path, cannot. */
export function isCompleteAddress(text: string): boolean {
  const typed = text.trim()
  return typed !== '' && !/^[a-z0-9+.-]+:(?:\/\/)?$/i.test(typed)
}
