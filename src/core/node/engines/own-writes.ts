/** When an engine made a write, as a number that later writes exceed. */
type Moment = number | bigint

/**
 * Distinguishes the writes of a store from those of others in a stream of both: an own write is identified by when the
 * engine made it, which its answer says, and by its key where several have one moment.
 */
export class OwnWrites<At extends Moment> {
  readonly #writing = new Set<Promise<unknown>>()
  /** The writes whose change was not seen yet. */
  readonly #own = new Map<string, At>()
  /** Changes are reported in order, each after the own writes that were in progress when it arrived. */
  #reported = Promise.resolve()

  /**
   * Notes a write. Changes that arrive meanwhile are reported once it has ended.
   * @param madeAt `undefined` if nothing was written.
   */
  note<T>(
    write: Promise<T>,
    madeAt: (written: T) => At | undefined,
    keys: readonly string[] = [''],
  ): Promise<T> {
    const noted = write.then(written => {
      const at = madeAt(written)
      if (at !== undefined) for (const key of keys) this.#own.set(`${at} ${key}`, at)
      return written
    })
    this.#writing.add(noted)
    const ended = () => this.#writing.delete(noted)
    noted.then(ended, ended)
    return noted
  }

  /** Calls `report` in the order of changes, unless the change is an own one. @param at Absent: no change of one key. */
  inOrder(report: () => void, at?: At, key = ''): void {
    const writing = [...this.#writing]
    this.#reported = this.#reported.then(async () => {
      await Promise.allSettled(writing)
      if (at !== undefined && this.#own.has(`${at} ${key}`)) this.#forgetBefore(at)
      else report()
    })
  }

  /** Moments arrive in order. The moment of a change may be repeated: a batch has one for all its keys. */
  #forgetBefore(at: At): void {
    for (const [name, own] of this.#own) if (own < at) this.#own.delete(name)
  }

  clear(): void {
    this.#own.clear()
  }
}
