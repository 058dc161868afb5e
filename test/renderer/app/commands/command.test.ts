import { describe, expect, it } from 'vitest'
import {
  type Command,
  commandForPress,
  shownShortcut,
} from '../../../../src/renderer/app/commands/command.ts'

const command = (id: string, shortcuts: readonly string[], worksWhileTyping: boolean): Command => ({
  id,
  title: id,
  shortcuts,
  worksWhileTyping,
  isEnabled: true,
  run: () => undefined,
})

const commands = [command('put', ['CmdOrCtrl+S'], true), command('remove', ['Delete'], false)]

const press = { code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }

describe('commandForPress', () => {
  it('leaves text editing keys to a text field unless a command also works there', () => {
    const remove = { ...press, key: 'Delete' }
    expect(commandForPress(commands, remove, { isTyping: false, isMac: false })?.id).toBe('remove')
    expect(commandForPress(commands, remove, { isTyping: true, isMac: false })).toBeUndefined()
    const put = { ...press, key: 's', ctrlKey: true }
    expect(commandForPress(commands, put, { isTyping: true, isMac: false })?.id).toBe('put')
  })

  it('uses the command key on a Mac', () => {
    const control = { ...press, key: 's', ctrlKey: true }
    const meta = { ...press, key: 's', metaKey: true }
    expect(commandForPress(commands, control, { isTyping: false, isMac: true })).toBeUndefined()
    expect(commandForPress(commands, meta, { isTyping: false, isMac: true })?.id).toBe('put')
  })
})

describe('shownShortcut', () => {
  it('is accepted by the shell', () => {
    const close = { shortcuts: ['CmdOrCtrl+W', 'Alt+W'] }
    expect(shownShortcut(close, 'electron')).toBe('CmdOrCtrl+W')
    expect(shownShortcut(close, 'web')).toBe('Alt+W')
    expect(shownShortcut({}, 'web')).toBeUndefined()
  })
})
