import type { JournalDatastore } from '../../../core/adapters/journal/journal.ts'
import type { Key } from '../../../core/key.ts'
import { type Layer, LayeredStore } from '../../../core/layers/layer.ts'
import type { Call } from '../../../core/open/call.ts'
import { openStoreOf } from '../../../core/open/datastore.ts'
import type { OpenStore } from '../../../core/open/open-store.ts'
import type { Payload } from '../../../core/open/payload.ts'
import type { BranchMoved, BranchPlace, Moved, Removed, Written } from '../../../core/open/store.ts'

/** A write may have to wait until the journal is open, so each write has a turn. */
const RECORDED: Layer = { delays: true }

/** Where the writes of a session are recorded. */
export interface Recording {
  /** The journal, once it is open; `undefined` while nothing is recorded. */
  recorder(): Promise<JournalDatastore | undefined>
  /** Closes the journal, but not the stores below it. */
  close(): Promise<void>
}

/** Makes each write through the journal of a session while recording is on. Passes on all other calls. */
export class RecordingStore extends LayeredStore {
  readonly #child: OpenStore
  readonly #recording: Recording

  constructor(child: OpenStore, recording: Recording) {
    super(child, RECORDED)
    this.#child = child
    this.#recording = recording
  }

  override async write(key: Key, value: Payload, call: Call): Promise<Written> {
    if (!value.isStream) value.keep()
    return (await this.#store()).write(key, value, call)
  }

  override async remove(key: Key, call: Call): Promise<Removed> {
    return (await this.#store()).remove(key, call)
  }

  override async move(from: Key, to: Key, call: Call): Promise<Moved> {
    return (await this.#store()).move(from, to, call)
  }

  override async moveBranch(from: BranchPlace, to: BranchPlace, call: Call): Promise<BranchMoved> {
    return (await this.#store()).moveBranch(from, to, call)
  }

  override async sync(prefix: Key, call: Call): Promise<void> {
    await (await this.#store()).sync(prefix, call)
  }

  close(): Promise<void> {
    return this.#recording.close()
  }

  async #store(): Promise<OpenStore> {
    const recorder = await this.#recording.recorder()
    return recorder === undefined ? this.#child : openStoreOf(recorder)
  }
}
