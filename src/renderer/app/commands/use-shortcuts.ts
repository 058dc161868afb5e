import { useEffect, useEffectEvent } from 'react'
import { isMacPlatform } from '../../ui/platform.ts'
import { useDialogs } from '../dialogs/dialog-store.ts'
import { type Command, commandForPress, isTextTarget } from './command.ts'

/** Runs commands by their shortcuts. What a widget has handled itself is left alone; dialogs have the keys to themselves. */
export function useShortcuts(commands: readonly Command[]): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return
    const isTyping = isTextTarget(event.composedPath()[0])
    const command = commandForPress(commands, event, { isTyping, isMac: isMacPlatform() })
    if (command === undefined) return
    // Even a disabled one must not print or save the page.
    event.preventDefault()
    if (command.isEnabled && useDialogs.getState().dialogs.length === 0) command.run()
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => press(event)
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [])
}
