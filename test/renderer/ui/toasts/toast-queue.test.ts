import { describe, expect, it } from 'vitest'
import { liftAbove } from '../../../../src/renderer/ui/keep-clear.ts'
import { shownFor, type Toast, withToast } from '../../../../src/renderer/ui/toasts/toast-queue.ts'

let id = 0
function saved(key: string): Toast {
  const joined = (count: number) => `Saved ${count} keys`
  return {
    id: ++id,
    tone: 'success',
    message: `Saved "${key}"`,
    action: { label: 'Undo', run: () => undefined },
    topic: { kind: 'saved', keys: [key], joined },
  }
}
const failed: Toast = { id: 900, tone: 'error', message: 'Cannot put' }

function messages(...toasts: readonly Toast[]): readonly string[] {
  return toasts.reduce<readonly Toast[]>(withToast, []).map(({ message }) => message)
}

describe('liftAbove', () => {
  const floating = { left: 500, right: 900, top: 700, bottom: 750 }
  const row = { left: 300, right: 1000, top: 720, bottom: 742 }

  it('W72 a notification moves above the focused row, and stays where it covers none', () => {
    expect(liftAbove(floating, row, 0)).toBe(38)
    expect(liftAbove(floating, undefined, 0)).toBe(0)
    expect(liftAbove(floating, { ...row, top: 600, bottom: 622 }, 0)).toBe(0)
    expect(liftAbove(floating, { ...row, right: 400 }, 0)).toBe(0)
    expect(liftAbove(floating, { ...row, top: 100 }, 0)).toBe(0)
    expect(liftAbove({ ...floating, top: 20 }, { ...row, top: 30, bottom: 52 }, 0)).toBe(0)
  })
})

describe('notifications', () => {
  it('W70 notifications of one kind become one, with the action of the last', () => {
    const last = saved('/c')
    const toasts = [saved('/a'), failed, saved('/b'), last].reduce<readonly Toast[]>(withToast, [])
    expect(toasts.map(({ message }) => message)).toEqual(['Cannot put', 'Saved 3 keys'])
    expect(toasts.at(-1)).toMatchObject({ id: last.id, action: last.action })
  })

  it('W70 a newer notification about the same key replaces the older', () => {
    expect(messages(saved('/a'), saved('/a'))).toEqual(['Saved "/a"'])
    expect(messages(saved('/a'), saved('/b'), saved('/a'))).toEqual(['Saved 2 keys'])
  })

  it('W70 at most the four newest are shown', () => {
    const all = [1, 2, 3, 4, 5].map((number): Toast => ({ ...failed, id: number, message: String(number) }))
    expect(messages(...all)).toEqual(['2', '3', '4', '5'])
  })

  it('W71 "Saved" disappears after four seconds, a failure stays', () => {
    expect(shownFor(saved('/a'))).toBe(4000)
    expect(shownFor(failed)).toBeUndefined()
    expect(shownFor({ ...failed, tone: 'info' })).toBe(6000)
  })
})
