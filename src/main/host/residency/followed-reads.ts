/** Sessions that one page may follow the reads of. */
const MAX_FOLLOWED = 64

/** The sessions whose reads a page wants to be told of. */
export class FollowedReads {
  readonly #sessions = new Set<string>()

  has(session: string): boolean {
    return this.#sessions.has(session)
  }

  set(session: string, isFollowed: boolean): void {
    this.#sessions.delete(session)
    if (!isFollowed) return
    this.#sessions.add(session)
    const [oldest] = this.#sessions
    if (this.#sessions.size > MAX_FOLLOWED && oldest !== undefined) this.#sessions.delete(oldest)
  }
}
