/** The values that a format can represent without loss, besides null, booleans, text, lists and plain objects. */
export interface Format {
  /** For messages: `JSON`. */
  readonly name: string
  /** The problem with a number, a bigint or `undefined`: `is -0`. `undefined` if it is represented without loss. */
  problemOf(value: unknown): string | undefined
  /** The same for text, including names in objects. No format represents a lone surrogate. */
  problemOfText?(text: string): string | undefined
  /** The same for names in objects only. */
  problemOfName?(name: string): string | undefined
  /** Whether an object is represented as a whole, without checking its fields: bytes, dates. */
  isWhole?(value: object): boolean
  /** The problem with an object that would otherwise count as a plain one. */
  problemOfObject?(value: object): string | undefined
  /** The maximum nesting of lists and objects, if decoding has a limit. */
  readonly deepest?: number
}

/**
 * Refuses values that a format would decode differently.
 * @throws TypeError that names the path.
 */
export function assertLossless(value: unknown, format: Format): void {
  new Inspection(format).assertValue(value, 'the value')
}

class Inspection {
  readonly #format: Format
  /** The containers around the current value. */
  readonly #above = new Set<object>()

  constructor(format: Format) {
    this.#format = format
  }

  assertValue(value: unknown, place: string): void {
    switch (typeof value) {
      case 'boolean':
        return
      case 'string': {
        this.#refuse(place, this.#problemOfText(value))
        return
      }
      case 'number':
      case 'bigint':
      case 'undefined': {
        this.#refuse(place, this.#format.problemOf(value))
        return
      }
      case 'object':
        if (value !== null && this.#format.isWhole?.(value) !== true) this.#assertContainer(value, place)
        return
      default:
        this.#refuse(place, `is ${typeof value}`)
    }
  }

  #assertContainer(value: object, place: string): void {
    const { deepest = Number.POSITIVE_INFINITY } = this.#format
    if (this.#above.has(value)) this.#refuse(place, 'holds itself')
    if (this.#above.size >= deepest) this.#refuse(place, `is nested deeper than ${deepest}`)
    this.#above.add(value)
    if (Array.isArray(value)) this.#assertList(value, place)
    else this.#assertObject(value, place)
    this.#above.delete(value)
  }

  #assertList(list: readonly unknown[], place: string): void {
    for (let index = 0; index < list.length; index++) {
      if (!(index in list)) this.#refuse(`${place}[${index}]`, 'is a hole')
      this.assertValue(list[index], `${place}[${index}]`)
    }
    if (Object.keys(list).length > list.length) this.#refuse(place, 'is a list with names of its own')
  }

  #assertObject(object: object, place: string): void {
    const prototype: unknown = Object.getPrototypeOf(object)
    if (prototype !== Object.prototype && prototype !== null) this.#refuse(place, 'is an instance of a class')
    if (Object.getOwnPropertySymbols(object).length > 0) this.#refuse(place, 'has a symbol for a name')
    this.#refuse(place, this.#format.problemOfObject?.(object))
    for (const [name, item] of Object.entries(object)) {
      const problem = this.#problemOfText(name) ?? this.#format.problemOfName?.(name)
      if (problem !== undefined) this.#refuse(`a name in ${place}`, problem)
      this.assertValue(item, `${place}.${name}`)
    }
  }

  #problemOfText(text: string): string | undefined {
    return /\p{Surrogate}/u.test(text) ? 'holds a lone surrogate' : this.#format.problemOfText?.(text)
  }

  #refuse(place: string, state: string | undefined): void {
    if (state !== undefined) {
      throw new TypeError(`${this.#format.name} cannot hold this without loss: ${place} ${state}`)
    }
  }
}
