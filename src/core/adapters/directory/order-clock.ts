const DIGITS = 16

/** Numbers for things that are kept in the order they came: the microsecond, and never one twice in a process. */
class OrderClock {
  #last = 0

  next(): string {
    this.#last = Math.max(this.#last + 1, Date.now() * 1000)
    // Two processes may have the same microsecond, but not the same number.
    const [own = 0] = crypto.getRandomValues(new Uint32Array(1))
    return `${String(this.#last).padStart(DIGITS, '0')}-${own.toString(16).padStart(8, '0')}`
  }
}

/** One for the process, so that all that share a store agree. */
export const orderClock = new OrderClock()

/** Whether a text came from `orderClock`. Such texts sort as they came. */
export function isOrder(text: string): boolean {
  return /^\d{16}-[\da-f]{8}$/.test(text)
}
