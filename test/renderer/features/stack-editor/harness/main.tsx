import '../../../../../src/renderer/ui/base.css'
import '../../../../../src/renderer/ui/theme.css'
import './harness.css'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { CallError, type Client } from '../../../../../src/renderer/api/client.ts'
import type { Shell } from '../../../../../src/renderer/api/shell.ts'
import { StackEditor } from '../../../../../src/renderer/features/stack-editor/stack-editor.tsx'
import type { SessionInfo } from '../../../../../src/shared/procedures/sessions.ts'
import type { HarnessOptions } from './bridge.ts'

window.strataSeen = { isDirty: false, applied: [], violations: [] }
document.addEventListener('securitypolicyviolation', event => {
  window.strataSeen.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`)
})

const client: Client = {
  async call(name, input, { signal } = {}) {
    const aborted = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new CallError({ code: 'ABORTED', message: 'aborted' })))
    })
    const reply = await Promise.race([window.strataHost(name, input), aborted])
    if (!reply.ok) throw new CallError(reply.error)
    return reply.value as never
  },
  on: () => () => undefined,
  onLost: () => () => undefined,
}

const shell: Shell = {
  kind: 'web',
  pickFolder: () => window.strataPick('folder'),
  pickStackFile: () => window.strataPick('stackFile'),
  pickSaveLocation: name => window.strataPick('saveLocation', name),
  download: () => Promise.resolve(),
  copyText: () => Promise.resolve(),
  reveal: () => Promise.resolve(),
  openExternal: () => Promise.resolve(),
}

function Harness({ options, opened }: { options: HarnessOptions; opened: SessionInfo | undefined }) {
  const [session, setSession] = useState(opened)
  const { text, path } = options
  return (
    <main>
      <StackEditor
        client={client}
        shell={shell}
        session={session}
        initial={path === undefined ? { text } : { text, path }}
        onApplied={applied => {
          window.strataSeen.applied.push(applied.name)
          setSession(applied)
        }}
        onDirtyChange={isDirty => {
          window.strataSeen.isDirty = isDirty
        }}
      />
    </main>
  )
}

const options = JSON.parse(decodeURIComponent(location.hash.slice(1))) as HarnessOptions
const source = {
  type: 'document' as const,
  document: options.isOpen ? (JSON.parse(options.text) as unknown) : undefined,
}
const opened = options.isOpen ? await client.call('sessions.open', { source }) : undefined
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Harness options={options} opened={opened} />
  </StrictMode>,
)
