import { childKey, type Level } from '../model/level.ts'

/** The levels that were opened, by prefix; a level that shares a row with the branches above it is found by theirs too. */
export class LevelRegistry {
  readonly #levels = new Map<string, Level>()

  constructor(root: Level) {
    this.#levels.set(root.prefix, root)
  }

  get(prefix: string): Level | undefined {
    return this.#levels.get(prefix)
  }

  has(level: Level): boolean {
    return this.#levels.get(level.prefix) === level
  }

  add(level: Level): void {
    for (const prefix of prefixesOf(level)) this.#levels.set(prefix, level)
  }

  /** Forgets a level and all below it, open or not. */
  discard(level: Level): void {
    for (const [prefix, known] of this.#levels) if (isWithin(known, level)) this.#levels.delete(prefix)
  }

  /** The level and all known levels below it. */
  within(level: Level): readonly Level[] {
    return [...new Set(this.#levels.values())].filter(known => isWithin(known, level))
  }
}

/** Every prefix that a level's row stands for, outermost first. */
export function prefixesOf({ parent, names, prefix }: Level): readonly string[] {
  if (parent === undefined) return [prefix]
  let reached = parent.prefix
  return names.map(name => (reached = childKey(reached, name)))
}

function isWithin(level: Level, ancestor: Level): boolean {
  for (let above: Level | undefined = level; above !== undefined; above = above.parent) {
    if (above === ancestor) return true
  }
  return false
}
