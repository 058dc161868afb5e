import { describe, expect, it } from 'vitest'
import { CallError, type Client } from '../../../../../src/renderer/api/client.ts'
import { applyDraft } from '../../../../../src/renderer/features/stack-editor/state/apply-action.ts'
import { createEditorStore } from '../../../../../src/renderer/features/stack-editor/state/editor-store.ts'
import { save } from '../../../../../src/renderer/features/stack-editor/state/file-actions.ts'
import type { Failure } from '../../../../../src/shared/values.ts'
import { kinds } from '../kinds.ts'

const text = '{ "strata": 1, "root": { "kind": "memory" } }'

/** A host that refuses each call with this error. */
function refusing(failure: Failure): Client {
  return {
    call: () => Promise.reject(new CallError(failure)),
    on: () => () => undefined,
    onLost: () => () => undefined,
  }
}

async function failureToOpen(message: string): Promise<string | undefined> {
  const store = createEditorStore({ text }, undefined, kinds)
  await applyDraft(store, {
    client: refusing({ code: 'CONFIG_INVALID', message }),
    onApplied: () => undefined,
    confirmApply: () => Promise.resolve(true),
  })
  return store.getState().failure
}

describe('failures of the stack editor', () => {
  it('W100 the reason why a stack cannot be opened is shown once, also behind its position', async () => {
    expect(await failureToOpen('the disk is full')).toBe('Cannot open this stack: the disk is full.')
    for (const message of ['Cannot open "/a": it is a file', 'Disk · Path: Cannot open "/a": it is a file']) {
      expect(await failureToOpen(message)).toBe(`${message}.`)
    }
  })

  it('W100 the reason why a stack cannot be saved is shown once', async () => {
    const store = createEditorStore({ text, path: '/a.stack.json' }, undefined, kinds)
    const message = 'Cannot write "/a.stack.json": the disk is full'
    await save(store, {
      client: refusing({ code: 'IO', message }),
      shell: {
        pickStackFile: () => Promise.resolve(undefined),
        pickSaveLocation: () => Promise.resolve(undefined),
      },
      confirmReplace: () => Promise.resolve(true),
    })
    expect(store.getState().failure).toBe(message)
  })
})
