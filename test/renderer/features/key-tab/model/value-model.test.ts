import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { MemoryDatastore } from '../../../../../src/core/stores/memory.ts'
import { equalBytes } from '../../../../../src/renderer/features/key-tab/hex/byte-edits.ts'
import { HexValueEditor } from '../../../../../src/renderer/features/key-tab/hex/hex-editor.tsx'
import {
  DRAFT_LIMITS,
  type DraftPlace,
  DraftStore,
} from '../../../../../src/renderer/features/key-tab/model/drafts.ts'
import { ValueModel } from '../../../../../src/renderer/features/key-tab/model/value-model.ts'
import { openSession } from '../../../../main/host/test-host.ts'
import { bytes, text } from '../../../../text.ts'
import { FakeClient } from '../harness/fake-client.ts'
import { FakeStore } from '../harness/fake-store.ts'
import { MapStorage } from '../harness/map-storage.ts'

let store: FakeStore
let client: FakeClient
let storage: MapStorage

beforeEach(() => {
  store = new FakeStore()
  client = new FakeClient(store, 's1')
  storage = new MapStorage()
})

function draftsOf(key: string): DraftPlace {
  return { store: new DraftStore(storage), id: key }
}

function draftOf(key: string): string {
  return text(new DraftStore(storage).read(key)!.bytes)
}

/** An open value with an editor on it. */
async function open(key = '/a', previous?: ValueModel) {
  const model = new ValueModel(client, { session: 's1', key }, draftsOf(key), { previous })
  const stop = model.start()
  await settled(model)
  const editor = new HexValueEditor(model.document.currentBytes(), model.document.base.bytes, () =>
    model.edited(),
  )
  const detach = model.document.attach(editor)
  const type = (value: string) => editor.show(bytes(value))
  return { model, editor, stop, detach, type, document: () => model.document.state }
}

/** Resolves when the model has finished loading and the work that follows. */
async function settled({ document }: ValueModel): Promise<void> {
  await new Promise<void>(resolve => {
    const look = () => {
      if (document.state.phase !== 'loading') resolve()
    }
    document.subscribe(look)
    look()
  })
  await new Promise(resolve => setTimeout(resolve, 0))
}

const stored = (key = '/a') => text(store.value(key).read(0, 1000))
const writes = () => client.calls.filter(call => call === 'store.put' || call === 'uploads.commit').length

describe('ValueModel', () => {
  it('writes nothing if nothing was edited', async () => {
    store.put('/a', bytes('one'))
    const { model, type } = await open()
    await model.put()
    type('two')
    type('one')
    await model.put()
    expect(writes()).toBe(0)
  })

  it('shows a value that changed while it was loaded', async () => {
    store.put('/a', bytes('one'))
    client.onReply = name => {
      if (name !== 'store.get') return undefined
      client.onReply = () => undefined
      client.putByOther('/a', bytes('two'))
      // The bytes arrive after the answer to the request that the change caused.
      return vi
        .waitUntil(() => client.calls.includes('store.stat'))
        .then(() => client.call('store.stat', { session: 's1', key: '/a' }))
        .then(() => undefined)
    }
    const { model } = await open()
    await vi.waitUntil(() => text(model.document.base.bytes) === 'two')
  })

  it('puts edits over the version they were made to, and is unedited afterwards', async () => {
    store.put('/a', bytes('one'))
    const { model, type, document } = await open()
    type('two')
    expect(document()).toMatchObject({ isDirty: true })
    await model.put()
    expect(stored()).toBe('two')
    expect(document()).toMatchObject({ isDirty: false, base: { stat: store.stat('/a') } })
    await model.check()
    expect(document()).toMatchObject({ isDirty: false, conflict: undefined })
  })

  it('stays edited by typing during a put, and runs puts one after the other', async () => {
    store.put('/a', bytes('one'))
    const { model, type, document } = await open()
    client.delay = 5
    type('two')
    const first = model.put()
    await vi.waitUntil(() => client.calls.includes('store.put'))
    type('three')
    const second = model.put()
    await first
    expect(stored()).toBe('two')
    expect(document()).toMatchObject({ isDirty: true })
    await second
    expect(stored()).toBe('three')
    expect(document()).toMatchObject({ isDirty: false })
  })

  it('shows puts of others while nothing is edited', async () => {
    store.put('/a', bytes('one'))
    const { model, editor } = await open()
    client.putByOther('/a', bytes('theirs'))
    await model.check()
    expect(text(editor.bytes())).toBe('theirs')
    expect(editor.isDirty()).toBe(false)
  })

  it('raises a conflict if others put the edited value, and never overwrites it without confirmation', async () => {
    store.put('/a', bytes('one'))
    const { model, type, document } = await open()
    type('mine')
    store.put('/a', bytes('theirs'))
    await model.put()
    expect(stored()).toBe('theirs')
    expect(document()).toMatchObject({
      isDirty: true,
      conflict: { type: 'changed', theirs: store.stat('/a') },
    })
    await model.put()
    expect(stored()).toBe('theirs')
    await model.keepMine()
    expect(stored()).toBe('mine')
    expect(document()).toMatchObject({ isDirty: false, conflict: undefined })
  })

  it('raises a new conflict if they put again before "Keep mine" is complete', async () => {
    store.put('/a', bytes('one'))
    const { model, type, document } = await open()
    type('mine')
    client.putByOther('/a', bytes('theirs'))
    await model.check()
    store.put('/a', bytes('theirs again'))
    await model.keepMine()
    expect(stored()).toBe('theirs again')
    expect(document()).toMatchObject({ isDirty: true, conflict: { theirs: store.stat('/a') } })
  })

  it('uses theirs, and keeps the edits if theirs cannot be read', async () => {
    store.put('/a', bytes('one'))
    const { model, editor, type, document } = await open()
    type('mine')
    client.putByOther('/a', bytes('theirs'))
    await model.check()
    client.broken.add('store.get')
    await model.useTheirs()
    expect(text(editor.bytes())).toBe('mine')
    expect(document()).toMatchObject({ isDirty: true, failure: { code: 'CONNECTION' } })
    client.broken.clear()
    await model.useTheirs()
    expect(text(editor.bytes())).toBe('theirs')
    expect(document()).toMatchObject({ isDirty: false, conflict: undefined, failure: undefined })
  })

  it('puts a merged value over the version it was merged with', async () => {
    store.put('/a', bytes('one'))
    const { model, type } = await open()
    type('mine')
    client.putByOther('/a', bytes('theirs'))
    await model.check()
    const theirs = await model.readTheirs(new AbortController().signal)
    await model.putMerged(theirs, bytes('both'))
    expect(stored()).toBe('both')
  })

  it('offers to put an edited value as new after it was deleted', async () => {
    store.put('/a', bytes('one'))
    const { model, type, document } = await open()
    type('mine')
    client.deleteByOther('/a')
    await model.check()
    expect(document()).toMatchObject({ conflict: { type: 'deleted' } })
    await model.keepMine()
    expect(stored()).toBe('mine')
  })

  it('discards edits to a deleted value, and their draft', async () => {
    store.put('/a', bytes('one'))
    const { model, type, document, stop } = await open()
    type('mine')
    client.deleteByOther('/a')
    await model.check()
    await model.useTheirs()
    expect(document().phase).toBe('missing')
    stop()
    expect(storage.length).toBe(0)
  })

  it('creates a value only if there is none', async () => {
    const { model, document } = await open('/new')
    expect(document().phase).toBe('missing')
    model.create()
    store.put('/new', bytes('somebody was faster'))
    await model.put()
    expect(stored('/new')).toBe('somebody was faster')
    expect(document()).toMatchObject({ conflict: { type: 'changed' } })
  })

  it('keeps edits and reports why if a put fails, and puts them later', async () => {
    store.put('/a', bytes('one'))
    const { model, type, document } = await open()
    type('mine')
    client.broken.add('store.put')
    await model.put()
    expect(document()).toMatchObject({ isDirty: true, failure: { code: 'CONNECTION' } })
    client.broken.clear()
    await model.put()
    expect(stored()).toBe('mine')
  })

  it('E101 shows why a put failed until the store answers again, whatever fails after it', async () => {
    store.put('/a', bytes('one'))
    const { model, type, document } = await open()
    type('mine')
    client.broken.add('store.put').add('store.stat')
    await model.put()
    const [failed] = [document()]
    expect(failed).toMatchObject({ failure: { message: expect.stringContaining('store.put') as string } })
    await model.check()
    expect(document()).toEqual(failed)
    client.broken.clear()
    await model.check()
    expect(document()).toMatchObject({ isDirty: true, failure: undefined })
    expect(stored()).toBe('one')
  })

  it('keeps edits when the editor is replaced', async () => {
    store.put('/a', bytes('one'))
    const { model, type, detach } = await open()
    type('mine')
    detach()
    const next = new HexValueEditor(model.document.currentBytes(), model.document.base.bytes, () =>
      model.edited(),
    )
    model.document.attach(next)
    expect(text(next.bytes())).toBe('mine')
    expect(next.isDirty()).toBe(true)
    await model.put()
    expect(stored()).toBe('mine')
  })

  it('offers a draft of another window, and restores it as edits', async () => {
    store.put('/a', bytes('one'))
    const first = await open()
    first.type('draft')
    first.stop()
    const second = await open()
    expect(text(second.model.document.getSnapshot().offeredDraft!.bytes)).toBe('draft')
    second.model.restoreDraft()
    expect(text(second.editor.bytes())).toBe('draft')
    expect(second.document()).toMatchObject({ isDirty: true, conflict: undefined })
    await second.model.put()
    expect(storage.length).toBe(0)
  })

  it('restores a draft of an older version as a conflict', async () => {
    store.put('/a', bytes('one'))
    const first = await open()
    first.type('draft')
    first.stop()
    store.put('/a', bytes('changed since'))
    const second = await open()
    second.model.restoreDraft()
    expect(second.document()).toMatchObject({
      isDirty: true,
      conflict: { type: 'changed', theirs: store.stat('/a') },
    })
    await second.model.put()
    expect(stored()).toBe('changed since')
    await second.model.keepMine()
    expect(stored()).toBe('draft')
  })

  it('restores a draft of a deleted value', async () => {
    store.put('/a', bytes('one'))
    const first = await open()
    first.type('draft')
    first.stop()
    store.delete('/a')
    const second = await open()
    expect(second.document().phase).toBe('missing')
    second.model.restoreDraft()
    expect(text(second.editor.bytes())).toBe('draft')
    expect(second.document()).toMatchObject({ conflict: { type: 'deleted' } })
    await second.model.keepMine()
    expect(stored()).toBe('draft')
  })

  it('does not overwrite an offered draft by new edits before the user has decided', async () => {
    store.put('/a', bytes('one'))
    const first = await open()
    first.type('draft')
    first.stop()
    const second = await open()
    second.type('other')
    second.stop()
    expect(draftOf('/a')).toBe('draft')
    second.model.drafts.discard()
    second.stop()
    expect(draftOf('/a')).toBe('other')
  })

  it('deletes a draft that equals the value', async () => {
    store.put('/a', bytes('one'))
    const first = await open()
    first.type('draft')
    first.stop()
    store.put('/a', bytes('draft'))
    const second = await open()
    expect(second.model.document.getSnapshot().offeredDraft).toBeUndefined()
    expect(storage.length).toBe(0)
  })

  it('keeps edits when the key is renamed', async () => {
    store.put('/a', bytes('one'))
    const old = await open()
    old.type('mine')
    old.stop()
    old.detach()
    store.put('/b', bytes('one'))
    store.delete('/a')
    const renamed = await open('/b', old.model)
    expect(text(renamed.editor.bytes())).toBe('mine')
    await renamed.model.put()
    expect(stored('/b')).toBe('mine')
    expect(storage.length).toBe(0)
  })

  it('does not keep edits for another value', async () => {
    store.put('/a', bytes('one'))
    store.put('/b', bytes('something else'))
    const old = await open()
    old.type('mine')
    old.stop()
    old.detach()
    const other = await open('/b', old.model)
    expect(text(other.editor.bytes())).toBe('something else')
    expect(draftOf('/a')).toBe('mine')
  })

  it('O20 takes a value as an edit; refuses with a reason if only the beginning is loaded', async () => {
    store.put('/a', bytes('one'))
    const { model } = await open()
    expect(await model.take(bytes('two'))).toBe(true)
    expect(text(model.document.currentBytes())).toBe('two')
    store.put('/large', new Uint8Array(5_000_000).fill(65))
    const large = (await open('/large')).model
    expect(await large.take(bytes('two'))).toBe(false)
    expect(large.document.isDirty).toBe(false)
  })

  it('opens the beginning of a large value, and loads all of it on request', async () => {
    store.putHuge('/a', 3_000_000, 'text')
    const { model, document } = await open()
    expect(document()).toMatchObject({ base: { isWhole: false } })
    expect(client.largestAnswer).toBeLessThan(300_000)
    await model.effects.loadAll()
    expect(model.document.base.isWhole).toBe(true)
    expect(equalBytes(model.document.base.bytes, store.value('/a').read(0, 3_000_000))).toBe(true)
  })

  it('loads a whole value up to a mebibyte', async () => {
    store.putHuge('/a', 1024 * 1024, 'text')
    const { model } = await open()
    expect(model.document.base.isWhole).toBe(true)
    expect(equalBytes(model.document.base.bytes, store.value('/a').read(0, 2_000_000))).toBe(true)
  })

  it('puts more bytes than one call carries in pieces', async () => {
    store.put('/a', bytes('small'))
    const { model, editor } = await open()
    const large = new Uint8Array(9_000_000).fill(65)
    editor.show(large)
    await model.put()
    expect(store.stat('/a').size).toBe(9_000_000)
    expect(client.calls.filter(call => call === 'uploads.write')).toHaveLength(9)
  })

  it('H14 replaces from a file only over the version that is shown', async () => {
    store.put('/a', bytes('one'))
    const { model, editor, document } = await open()
    store.put('/a', bytes('theirs'))
    model.document.replaceWith(new File(['from the file'], 'new.txt'))
    expect(document()).toMatchObject({ isDirty: true })
    expect(writes()).toBe(0)
    await model.put()
    expect(stored()).toBe('theirs')
    expect(document()).toMatchObject({ conflict: { type: 'changed' } })
    await model.keepMine()
    expect(stored()).toBe('from the file')
    await vi.waitUntil(() => document().phase === 'open' && !editor.isDirty() && editor.source.size > 3)
    expect(text(editor.bytes())).toBe('from the file')
  })

  it('keeps the old value if replacing is cancelled', async () => {
    store.put('/a', bytes('one'))
    const { model, document } = await open()
    model.document.replaceWith(new File([new Uint8Array(20_000_000)], 'new.bin'))
    client.stuck.add('uploads.write')
    const replacing = model.put()
    await vi.waitUntil(() => client.calls.includes('uploads.write'))
    model.document.getSnapshot().task?.cancel()
    await replacing
    expect(stored()).toBe('one')
    expect(document()).toMatchObject({ failure: undefined, isDirty: true, replacement: { name: 'new.bin' } })
    expect(model.document.getSnapshot().task).toBeUndefined()
  })

  it('H14 asks if the value changes after a file was chosen, and drops the file for theirs', async () => {
    store.put('/a', bytes('one'))
    const { model, editor, document } = await open()
    model.document.replaceWith(new File(['from the file'], 'new.txt'))
    client.putByOther('/a', bytes('theirs'))
    await model.check()
    expect(document()).toMatchObject({ conflict: { type: 'changed' } })
    await model.useTheirs()
    expect(document()).toMatchObject({ conflict: undefined, isDirty: false, replacement: undefined })
    expect(text(editor.bytes())).toBe('theirs')
    expect(writes()).toBe(0)
  })

  it('H14 keeps the file if the stack is locked', async () => {
    store.put('/a', bytes('one'))
    const { model, document } = await open()
    model.replaceWith(new File(['from the file'], 'new.txt'))
    store.isReadOnly = true
    await model.put()
    expect(stored()).toBe('one')
    expect(document()).toMatchObject({
      failure: { code: 'READ_ONLY' },
      isDirty: true,
      replacement: { name: 'new.txt' },
    })
  })

  it('P7 offers the next page a file that was chosen and not put', async () => {
    store.put('/a', bytes('one'))
    const before = await open()
    before.model.replaceWith(new File(['from the file'], 'new.txt'))
    await vi.waitUntil(() => new DraftStore(storage).read('/a') !== undefined)
    before.stop()
    const { model, document } = await open()
    expect(model.document.getSnapshot().offeredDraft).toMatchObject({ file: 'new.txt' })
    model.restoreDraft()
    expect(document()).toMatchObject({ isDirty: true, conflict: undefined, replacement: { name: 'new.txt' } })
    await model.put()
    expect(stored()).toBe('from the file')
    expect(new DraftStore(storage).read('/a')).toBeUndefined()
  })

  it('P7 offers a file as a conflict if the value has changed since it was chosen', async () => {
    store.put('/a', bytes('one'))
    const before = await open()
    before.model.replaceWith(new File(['from the file'], 'new.txt'))
    await vi.waitUntil(() => new DraftStore(storage).read('/a') !== undefined)
    before.stop()
    store.put('/a', bytes('theirs'))
    const { model, document } = await open()
    model.restoreDraft()
    expect(document()).toMatchObject({ conflict: { type: 'changed' }, replacement: { name: 'new.txt' } })
    await model.put()
    expect(stored()).toBe('theirs')
  })

  it('P7 deletes the stored file when it is discarded, and stores none that is too large', async () => {
    store.put('/a', bytes('one'))
    const { model } = await open()
    const kept = () => new DraftStore(storage).read('/a')?.file
    const small = new File(['from the file'], 'new.txt')
    model.replaceWith(small)
    model.replaceWith(undefined)
    await small.arrayBuffer()
    await new Promise(resolve => setImmediate(resolve))
    expect(kept()).toBeUndefined()
    model.replaceWith(small)
    await vi.waitUntil(() => kept() === 'new.txt')
    const read = vi.spyOn(File.prototype, 'arrayBuffer')
    model.revert()
    expect(kept()).toBeUndefined()
    model.replaceWith(new File([new Uint8Array(DRAFT_LIMITS.bytes + 1)], 'large.bin'))
    expect(read).not.toHaveBeenCalled()
    read.mockRestore()
  })

  it('H13 restores reverted edits and reverted files', async () => {
    store.put('/a', bytes('one'))
    const { model, editor, type, document } = await open()
    expect(model.revert()).toBeUndefined()
    type('two')
    const restore = model.revert()
    expect(text(editor.bytes())).toBe('one')
    restore?.()
    expect(text(editor.bytes())).toBe('two')
    expect(document()).toMatchObject({ isDirty: true, conflict: undefined })
    model.revert()
    model.document.replaceWith(new File(['from the file'], 'new.txt'))
    const bringFileBack = model.revert()
    expect(document()).toMatchObject({ isDirty: false, replacement: undefined })
    bringFileBack?.()
    await model.put()
    expect(stored()).toBe('from the file')
  })

  it('H13 restores reverted edits as a conflict if the value has changed since', async () => {
    store.put('/a', bytes('one'))
    const { model, editor, type, document } = await open()
    type('two')
    const restore = model.revert()
    client.putByOther('/a', bytes('theirs'))
    await model.check()
    expect(text(editor.bytes())).toBe('theirs')
    restore?.()
    expect(document()).toMatchObject({ isDirty: true, conflict: { type: 'changed' } })
    await model.put()
    expect(stored()).toBe('theirs')
  })

  it('is unedited after a revert without an editor', async () => {
    store.put('/a', bytes('one'))
    const { model, type, detach, document } = await open()
    type('two')
    detach()
    const restore = model.revert()
    expect(document()).toMatchObject({ isDirty: false })
    restore?.()
    expect(text(model.document.currentBytes())).toBe('two')
  })
})

describe('an edit of a value that expires', () => {
  it.each(['an edit', 'a file'])('H22 %s keeps the remaining time to live', async way => {
    const content = new MemoryDatastore()
    await content.put(Key.of('a'), bytes('one'), { ttl: 60_000 })
    const { page, session } = await openSession(content)
    const model = new ValueModel(page, { session, key: '/a' }, draftsOf('/a'))
    await model.load()
    if (way === 'an edit') model.document.edit(bytes('two'))
    else model.document.replaceWith(new File(['two'], 'two.txt'))
    await model.put()
    expect(text(await content.get(Key.of('a')))).toBe('two')
    expect((await content.stat(Key.of('a'))).expires).toBeLessThanOrEqual(Date.now() + 60_000)
  })
})
