import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runElectronShell } from '../../../src/main/electron/run-electron-shell.ts'
import type { Host, HostOptions } from '../../../src/main/host/host.ts'
import type { Channel } from '../../../src/shared/channel.ts'
import type { SessionInfo, Source } from '../../../src/shared/procedures/sessions.ts'
import type { WorkspaceState } from '../../../src/shared/procedures/workspace.ts'
import type { createElectronDouble } from './electron-double.ts'

export interface HostDouble {
  readonly host: Host
  readonly connected: Channel[]
  readonly opened: Source[]
  readonly shown: string[]
  changeTheme(theme: WorkspaceState['settings']['theme']): void
}

export function createHostDouble(): HostDouble {
  const connected: Channel[] = []
  const opened: Source[] = []
  const shown: string[] = []
  const listeners: ((state: WorkspaceState) => void)[] = []
  const state = (theme: WorkspaceState['settings']['theme']): WorkspaceState => ({
    recents: [],
    settings: { theme, panels: {}, views: {} },
  })
  const open = async (source: Source): Promise<SessionInfo> => {
    opened.push(source)
    if (source.type === 'folder' && source.path.endsWith('broken')) throw new Error('Cannot open it: broken')
    return {
      id: `s${opened.length}`,
      name: '',
      source,
      isReadOnly: false,
      environment: 'development',
      isWritable: true,
      keepsExpiry: true,
      document: {},
      nodes: [],
      status: {},
    }
  }
  const host: Host = {
    connect(channel) {
      connected.push(channel)
      return { close: () => channel.close() }
    },
    open,
    async recognise(path) {
      if (path === '/nowhere') throw new Error('Cannot open "/nowhere": there is no such file or folder')
      return { type: path.endsWith('.json') ? 'stackFile' : 'folder', path }
    },
    openStore: () => Promise.reject(new Error('not part of a shell')),
    show: session => void shown.push(session),
    offerCorrection: () => undefined,
    workspace: {
      state: state('dark'),
      onChange(listener) {
        listeners.push(listener)
        return () => undefined
      },
    },
    windowState: undefined,
    close: async () => undefined,
  }
  const changeTheme = (theme: WorkspaceState['settings']['theme']): void => {
    for (const listener of listeners) listener(state(theme))
  }
  return { host, connected, opened, shown, changeTheme }
}

export interface Run {
  readonly hostOptions: HostOptions | undefined
  readonly applicationDirectory: string
}

/** Runs the whole shell on a double of Electron, over a built page of two files. */
export async function runOnDouble(
  { modules }: ReturnType<typeof createElectronDouble>,
  { host }: HostDouble,
  argv: readonly string[] = ['/opt/strata'],
): Promise<Run> {
  const applicationDirectory = await mkdtemp(join(tmpdir(), 'strata-electron-'))
  const page = join(applicationDirectory, 'out', 'renderer')
  await mkdir(join(page, 'assets'), { recursive: true })
  await writeFile(join(page, 'index.html'), 'page')
  await writeFile(join(page, 'assets', 'a-1.js'), 'script')
  let hostOptions: HostOptions | undefined
  try {
    await runElectronShell({
      electron: modules,
      createHost: async options => {
        hostOptions = options
        return host
      },
      mainDirectory: join(applicationDirectory, 'out', 'main'),
      argv,
    })
  } finally {
    cleanups.push(() => rm(applicationDirectory, { recursive: true }))
  }
  return { hostOptions, applicationDirectory }
}

const cleanups: (() => Promise<void>)[] = []

/** Removes the files that the runs created. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0)) await cleanup()
}
