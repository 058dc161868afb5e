/** Milliseconds of file operations that one turn of the event loop may hold, over all stores of this thread. */
const PER_TURN = 4
/** A kind of call that takes longer than this on average is not worth holding up the thread for. */
const SLOW_CALL = 0.2
/** Milliseconds for which a slow kind of call is left to the thread pool. */
const REST = 50

interface Pace {
  /** Milliseconds of a call, the last ones weighing most. */
  mean: number
  restsUntil: number
}

let spentThisTurn = 0

/**
 * Says when a small file operation may run on this thread, which saves it a trip through the thread pool of fifty
 * microseconds and more. It may while the turn has time left and calls of its kind have lately been quick.
 */
export class InlineBudget {
  readonly #now: () => number
  readonly #perTurn: number
  readonly #paces = new Map<string, Pace>()

  /**
   * @param now A clock in milliseconds.
   * @param perTurn Milliseconds of one turn; with 0 every operation is left to the thread pool.
   */
  constructor(now: () => number = () => performance.now(), perTurn = PER_TURN) {
    this.#now = now
    this.#perTurn = perTurn
  }

  allows(kind: string): boolean {
    if (spentThisTurn >= this.#perTurn) return false
    const pace = this.#paces.get(kind)
    if (pace === undefined || pace.restsUntil === 0) return true
    if (this.#now() < pace.restsUntil) return false
    // The disk may be quick again: a call or two will tell.
    pace.restsUntil = 0
    pace.mean = SLOW_CALL / 2
    return true
  }

  /** Runs `work` and accounts for its time. */
  run<T>(kind: string, work: () => T): T {
    const start = this.#now()
    try {
      return work()
    } finally {
      this.#charge(kind, start, this.#now())
    }
  }

  #charge(kind: string, start: number, end: number): void {
    if (spentThisTurn === 0) {
      setImmediate(() => {
        spentThisTurn = 0
      })
    }
    // A clock too coarse to see the call must not make turns endless.
    spentThisTurn += Math.max(end - start, 0.001)
    let pace = this.#paces.get(kind)
    if (pace === undefined) this.#paces.set(kind, (pace = { mean: 0, restsUntil: 0 }))
    pace.mean += (end - start - pace.mean) / 8
    if (pace.mean > SLOW_CALL) pace.restsUntil = end + REST
  }
}
