import { Suspense, useEffect } from 'react'
import { Button } from '../../ui/button.tsx'
import { loadable } from '../../ui/loadable.tsx'
import { EmptyState } from '../../ui/panels.tsx'
import { Skeleton, whatToTry } from './bars.tsx'
import type { JsonMistake } from './editor/value-text-editor.tsx'
import { HexEditor } from './hex/hex-editor.tsx'
import styles from './key-tab.module.css'
import type { TabMode } from './key-toolbar.tsx'
import type { DocumentState, OpenValue } from './model/document.ts'
import type { ShownAs, ValueFacts } from './model/value-facts.ts'
import type { ValueModel } from './model/value-model.ts'
import { PagedHex } from './paged/paged-hex.tsx'
import { PagedText, TextViewer } from './paged/paged-text.tsx'

const ValueTextEditor = loadable('ValueTextEditor', async () => {
  return (await import('./editor/value-text-editor.tsx')).ValueTextEditor
})
const ReviewPanel = loadable(
  'ReviewPanel',
  async () => (await import('./editor/review-panel.tsx')).ReviewPanel,
)
const MergePanel = loadable('MergePanel', async () => (await import('./editor/merge-panel.tsx')).MergePanel)

/** Loads the editors, so that the first value does not wait for them. */
export async function loadEditors(): Promise<void> {
  await Promise.all([ValueTextEditor.load(), TextViewer.load()])
}

export interface ValueBodyProps {
  readonly model: ValueModel
  readonly document: DocumentState
  readonly shown: ShownAs
  readonly facts: ValueFacts | undefined
  readonly isReadOnly: boolean
  readonly mode: TabMode
  readonly onMode: (mode: TabMode) => void
  readonly onPut: () => void
  readonly onMistake: (mistake: JsonMistake | undefined) => void
  readonly target: JsonMistake | undefined
}

/** The value, or why it cannot be shown. */
export function ValueBody(props: ValueBodyProps) {
  const { model, document, isReadOnly, mode, onMode } = props
  useEffect(() => {
    // Loads the editors while the value is read. A failure is reported when an editor is rendered.
    loadEditors().catch(() => undefined)
  }, [])
  return (
    <div className={styles['body']}>
      {document.phase !== 'open' ? (
        <Absent model={model} document={document} isReadOnly={isReadOnly} />
      ) : (
        <>
          <div className={styles['fill']} hidden={mode !== 'edit'}>
            <OpenBody {...props} open={document} />
          </div>
          <Suspense fallback={<Skeleton />}>
            {mode === 'review' && <ReviewPanel model={model} replacement={document.replacement} />}
            {mode === 'merge' && <MergePanel model={model} onDone={() => onMode('edit')} />}
          </Suspense>
        </>
      )}
    </div>
  )
}

function OpenBody(props: ValueBodyProps & { readonly open: OpenValue }) {
  const { model, open, shown, facts, isReadOnly, onPut, onMistake, target } = props
  const { base } = open
  if (!base.isWhole) {
    const version = base.stat?.etag
    return shown === 'hex' ? (
      <PagedHex key={version} model={model} base={base} />
    ) : (
      <PagedText key={version} model={model} base={base} />
    )
  }
  if (shown === 'hex') return <HexEditor model={model} isReadOnly={isReadOnly} />
  return (
    <div className={styles['noted']}>
      {facts?.isUtf8 === false && (
        <p className={styles['note']}>
          This value is not UTF-8 text. It is shown read-only, with � for what cannot be read; edit it as Hex.
        </p>
      )}
      <div className={styles['body']}>
        <Suspense fallback={<Skeleton />}>
          <ValueTextEditor
            model={model}
            language={shown}
            isReadOnly={isReadOnly}
            onPut={onPut}
            onMistake={onMistake}
            target={target}
          />
        </Suspense>
      </div>
    </div>
  )
}

interface AbsentProps {
  readonly model: ValueModel
  readonly document: Exclude<DocumentState, OpenValue>
  readonly isReadOnly: boolean
}

function Absent({ model, document, isReadOnly }: AbsentProps) {
  const name = JSON.stringify(model.address.key)
  const retry = <Button onPress={() => void model.load()}>Retry</Button>
  switch (document.phase) {
    case 'loading':
      return <Skeleton />
    case 'missing':
      return (
        <EmptyState
          title={`There is no value at ${name}`}
          detail="It may have been deleted or renamed meanwhile."
        >
          <Button isDisabled={isReadOnly} onPress={() => model.create()}>
            New value here
          </Button>
          {retry}
        </EmptyState>
      )
    case 'failed': {
      const { code, message } = document.failure
      const advice = whatToTry(code)
      return (
        <EmptyState
          title={`${name} could not be opened`}
          detail={[message, advice].filter(Boolean).join('. ')}
        >
          {retry}
        </EmptyState>
      )
    }
  }
}
