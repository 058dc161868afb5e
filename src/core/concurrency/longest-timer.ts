/** The most milliseconds that a timer counts, nearly 25 days. One that is set for longer goes off at once. */
export const LONGEST_TIMER = 2 ** 31 - 1
