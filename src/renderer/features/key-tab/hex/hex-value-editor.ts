import type { Capture, ValueEditor } from '../model/value-editor.ts'
import { ByteEdits } from './byte-edits.ts'
import type { HexSource } from './hex-source.ts'

/** Edits a value byte by byte. */
export class HexValueEditor implements ValueEditor {
  #edits: ByteEdits
  #base: Uint8Array
  #version = 0
  readonly #onEdit: () => void
  readonly #listeners = new Set<() => void>()

  constructor(initial: Uint8Array, base: Uint8Array, onEdit: () => void) {
    this.#edits = new ByteEdits(initial)
    this.#base = base
    this.#onEdit = onEdit
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly getVersion = (): number => this.#version

  get source(): HexSource {
    return this.#edits
  }

  /** Changes bytes, and tells whoever shows them. */
  edit<T>(change: (edits: ByteEdits) => T): T {
    const before = this.#edits.version
    const result = change(this.#edits)
    if (this.#edits.version !== before) this.#tell()
    return result
  }

  bytes(): Uint8Array {
    return this.#edits.bytes()
  }

  isDirty(): boolean {
    return !this.#edits.equals(this.#base)
  }

  capture(): Capture {
    const bytes = this.bytes()
    return {
      bytes,
      adopt: () => {
        this.#base = bytes
      },
    }
  }

  show(bytes: Uint8Array): void {
    this.edit(edits => edits.replaceAll(bytes))
  }

  rebase(bytes: Uint8Array): void {
    this.#base = bytes
    this.#edits = new ByteEdits(bytes)
    this.#tell()
  }

  #tell(): void {
    this.#version += 1
    for (const listener of this.#listeners) listener()
    this.#onEdit()
  }
}
