import '../../../../../src/renderer/ui/theme.css'
import '../../../../../src/renderer/ui/base.css'
import { createRoot } from 'react-dom/client'
import { KeyTree } from '../../../../../src/renderer/features/tree/key-tree.tsx'
import type { SessionInfo } from '../../../../../src/shared/procedures/sessions.ts'
import { FakeClient, nextMessage } from '../fake/fake-client.ts'
import { harnessData } from './data.ts'
import styles from './harness.module.css'

const SESSION: SessionInfo = {
  id: 's1',
  name: 'harness',
  source: { type: 'sample' },
  isReadOnly: false,
  environment: 'development',
  isWritable: true,
  keepsExpiry: true,
  document: {},
  nodes: [],
  status: {},
}

const parameters = new URLSearchParams(location.search)
const { levels, store } = harnessData(parameters.get('data') ?? 'sample')
let held: Promise<void> | undefined
let release: () => void = () => undefined
const client = new FakeClient({
  levels,
  delay: () => held ?? nextMessage(),
  answers: {
    'store.rename': ({ from, to }) => {
      store?.delete(from)
      store?.put(to)
      return { done: true }
    },
  },
})
if (store !== undefined) store.onLevelChanged = prefix => client.emitLevel(SESSION.id, prefix)

const events: unknown[] = []
let session = SESSION
let reveal: { key: string; serial: number; isToRename: boolean } | undefined
const root = createRoot(document.getElementById('root') ?? document.body)

function draw(): void {
  root.render(
    <div className={styles['page']}>
      <KeyTree
        client={client}
        session={session}
        reveal={reveal}
        onOpen={(key, options) => void events.push({ event: 'open', key, ...options })}
        onRequest={request => void events.push({ event: 'request', ...request })}
        onSelect={(key, row) => void events.push({ event: 'select', key, ...row })}
      />
    </div>,
  )
}

/** Actions for tests that a user doesn't have. */
const harness = {
  events,
  calls: client.calls,
  store,
  /** Holds all answers back until `release`. */
  hold() {
    held = new Promise(resolve => (release = resolve))
  },
  release() {
    held = undefined
    release()
  },
  reveal(key: string, isToRename = false) {
    reveal = { key, serial: (reveal?.serial ?? 0) + 1, isToRename }
    draw()
  },
  setSession(change: Partial<SessionInfo>) {
    session = { ...session, ...change }
    draw()
  },
  /** Makes calls about a prefix fail, or those of the name `rename`; without arguments lets all succeed. */
  refuse(what?: string) {
    client.refuse = (name, input) => {
      if (name === 'store.rename')
        return what === 'rename' ? 'Cannot rename "/zeta": it is there already' : undefined
      return what !== undefined && input['prefix'] === what
        ? `Cannot list "${what}": permission denied`
        : undefined
    }
  },
}
export type Harness = typeof harness
Object.assign(window, { harness })
performance.mark('draw')
draw()
