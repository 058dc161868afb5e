import { Suspense, useCallback, useEffect } from 'react'
import { Button } from '../../ui/button.tsx'
import { loadable } from '../../ui/loadable.tsx'
import { EmptyState } from '../../ui/panels.tsx'
import { adviceForRead, Skeleton } from './bars.tsx'
import type { JsonTextError } from './editor/value-text-editor.tsx'
import { HexEditor } from './hex/hex-editor.tsx'
import { ImageView } from './image/image-view.tsx'
import styles from './key-tab.module.css'
import type { TabMode } from './key-toolbar.tsx'
import type { DocumentState, OpenValue } from './model/document.ts'
import type { Version } from './model/value-calls.ts'
import { type ShownAs, stageName } from './model/value-facts.ts'
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
  readonly isReadOnly: boolean
  readonly mode: TabMode
  readonly onMode: (mode: TabMode) => void
  readonly onPut: () => void
  readonly onJsonError: (mistake: JsonTextError | undefined) => void
  readonly target: JsonTextError | undefined
}

/** The value, or why it cannot be shown. */
export function ValueBody(props: ValueBodyProps) {
  const { model, document, isReadOnly, mode, onMode } = props
  useEffect(() => {
    // Loads the editors while the value is read. A failure is reported when an editor is rendered.
    loadEditors().catch(() => undefined)
  }, [])
  return (
    <div className={styles['fill']}>
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
  const { model, open, shown, onPut, onJsonError, target } = props
  const { base } = open
  const { readOnly, image, pipeline } = base.decoding
  const attach = useCallback((focus: () => void) => model.document.attachViewer(focus), [model])
  const isReadOnly = props.isReadOnly || readOnly !== undefined
  if (!base.isWhole) {
    const version = base.stat?.etag
    return shown === 'hex' ? (
      <PagedHex key={version} model={model} base={base} />
    ) : (
      <PagedText key={version} model={model} base={base} />
    )
  }
  const shownPipeline = pipeline.join(' ')
  if (shown === 'image' && image !== undefined) {
    return <ImageView bytes={base.bytes} facts={image} name={model.address.key} attach={attach} />
  }
  return (
    <div className={styles['noted']}>
      <DecodingNote base={base} />
      <div className={styles['body']}>
        {shown === 'hex' && <HexEditor key={shownPipeline} model={model} isReadOnly={isReadOnly} />}
        {shown !== 'hex' && shown !== 'image' && (
          <Suspense fallback={<Skeleton />}>
            <ValueTextEditor
              key={shownPipeline}
              model={model}
              language={shown}
              isReadOnly={isReadOnly}
              onPut={onPut}
              onJsonError={onJsonError}
              target={target}
            />
          </Suspense>
        )}
      </div>
    </div>
  )
}

/** Why a value is not shown as it might be, or cannot be edited so. */
function DecodingNote({ base }: { readonly base: Version }) {
  const { problem, readOnly, pipeline } = base.decoding
  if (readOnly === 'not UTF-8') {
    return (
      <p className={styles['note']}>
        This value is not UTF-8 text. It is shown read-only, with � for what cannot be read; edit it as bytes.
      </p>
    )
  }
  const shown = stageName(pipeline.at(-1) ?? 'bytes', base)
  if (problem !== undefined) {
    return (
      <p role="status" className={styles['note']}>
        {problem}. Shown as {shown.toLowerCase()}.
      </p>
    )
  }
  if (readOnly === undefined) return null
  return (
    <p role="status" className={styles['note']}>
      Read-only: {readOnly}.
    </p>
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
      const advice = adviceForRead(code)
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
