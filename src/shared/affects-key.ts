import type { EventValue } from './events.ts'

/** Whether what a `valueChanged` event tells may be about `key`. */
export function affectsKey(change: EventValue<'valueChanged'>, key: string): boolean {
  if (change.key === key) return true
  return change.isDeep === true && (change.key === '/' || key.startsWith(`${change.key}/`))
}
