import { describe, expect, it } from 'vitest'
import { createReconnectingClient } from '../../../../src/renderer/api/client.ts'
import { createHostState } from '../../../../src/renderer/api/host-state.ts'
import { createLastReads } from '../../../../src/renderer/api/last-reads.ts'
import { createShell } from '../../../../src/renderer/api/shell.ts'
import type { Command } from '../../../../src/renderer/app/commands/command.ts'
import { fileCommands } from '../../../../src/renderer/app/commands/file-commands.ts'
import { goCommands } from '../../../../src/renderer/app/commands/go-commands.ts'
import { historyCommands } from '../../../../src/renderer/app/commands/history-commands.ts'
import { keyCommands } from '../../../../src/renderer/app/commands/key-commands.ts'
import { stackCommands } from '../../../../src/renderer/app/commands/stack-commands.ts'
import type { CommandContext } from '../../../../src/renderer/app/commands/use-commands.ts'
import { viewCommands } from '../../../../src/renderer/app/commands/view-commands.ts'
import { parseShortcut } from '../../../../src/renderer/ui/shortcut.tsx'
import type { SessionInfo } from '../../../../src/shared/procedures/sessions.ts'
import { MapStorage } from '../../features/key-tab/harness/map-storage.ts'

const client = createReconnectingClient()

const nothingOpen: CommandContext = {
  services: {
    client,
    state: createHostState(client),
    storage: new MapStorage(),
    reads: createLastReads(client),
    hello: { version: 1, appVersion: '1.0.0', shell: 'web', platform: 'linux', home: '/', corrections: [] },
    shell: createShell(client, 'web', { pick: async () => undefined }),
    reconnect: async () => undefined,
  },
  sessions: [],
  session: undefined,
  tabs: [],
  tab: undefined,
  canReopen: false,
  subject: undefined,
  theme: 'system',
  history: undefined,
}

const session: SessionInfo = {
  id: 's',
  name: 'Test',
  source: { type: 'sample' },
  isReadOnly: false,
  environment: 'development',
  isWritable: true,
  keepsExpiry: true,
  document: {},
  nodes: [],
  status: {},
}

const subject = { session: 's', key: '/a', row: { isValue: true, isBranch: false } }
const keyChosen: CommandContext = { ...nothingOpen, sessions: [session], session, subject }

const all = (context: CommandContext): readonly Command[] =>
  [fileCommands, historyCommands, keyCommands, viewCommands, goCommands, stackCommands].flatMap(commands =>
    commands(context),
  )

const enabled = (context: CommandContext): readonly string[] =>
  all(context).flatMap(({ id, isEnabled }) => (isEnabled ? [id] : []))

describe('the commands', () => {
  it('have unique ids and shortcuts that both platforms accept', () => {
    const commands = all(keyChosen)
    const ids = commands.map(({ id }) => id)
    const shortcuts = commands.flatMap(({ shortcuts: own = [] }) => own)
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set(shortcuts).size).toBe(shortcuts.length)
    for (const shortcut of shortcuts) {
      expect(() => [parseShortcut(shortcut, true), parseShortcut(shortcut, false)]).not.toThrow()
    }
  })

  it('that work in text fields have a modifier or are function keys', () => {
    for (const { worksWhileTyping = false, shortcuts = [] } of all(keyChosen)) {
      if (!worksWhileTyping) continue
      for (const shortcut of shortcuts) expect(shortcut).toMatch(/^(CmdOrCtrl|Ctrl|Alt)\+|F\d+$/)
    }
  })

  it('require an open stack for all actions on keys', () => {
    expect(enabled(nothingOpen)).toEqual(expect.arrayContaining(['openFolder', 'newStack', 'palette']))
    for (const id of ['newKey', 'goToKey', 'deleteKey', 'editStack', 'closeTab', 'putValue']) {
      expect(enabled(nothingOpen)).not.toContain(id)
    }
    expect(enabled(keyChosen)).toEqual(
      expect.arrayContaining(['newKey', 'goToKey', 'deleteKey', 'renameKey']),
    )
  })

  it('never write to a locked or read-only stack', () => {
    for (const locked of [
      { ...session, isReadOnly: true },
      { ...session, isWritable: false },
    ]) {
      const context = { ...keyChosen, session: locked, sessions: [locked] }
      for (const id of ['newKey', 'deleteKey', 'renameKey', 'moveBranch', 'putValue']) {
        expect(enabled(context)).not.toContain(id)
      }
      expect(enabled(context)).toContain('toggleReadOnly')
    }
  })

  it('never delete or move the root', () => {
    const root = { session: 's', key: '/', row: { isValue: false, isBranch: true } }
    for (const id of ['deleteKey', 'moveBranch', 'renameKey']) {
      expect(enabled({ ...keyChosen, subject: root })).not.toContain(id)
    }
  })
})
