/** The name that carries a series on: after `…/shard-1` comes `…/shard-2`, after a and b c. Never one of `names`. */
export function nextName(names: readonly string[]): string {
  const last = names.at(-1)
  if (last === undefined) return ''
  const taken = new Set(names)
  const lettered = nextLetter(last, names.at(-2))
  if (lettered !== undefined && !taken.has(lettered)) return lettered
  const { before, digits, after } = counterOf(last, names.at(-2))
  for (let number = Number(digits) + 1; ; number++) {
    const name = `${before}${String(number).padStart(digits.length, '0')}${after}`
    if (!taken.has(name)) return name
  }
}

interface Counter {
  readonly before: string
  readonly digits: string
  readonly after: string
}

/** The number in `name` that tells it from `previous`; else its last number; else one to be put behind it. */
function counterOf(name: string, previous: string | undefined): Counter {
  const counters = [...name.matchAll(/\d{1,15}/g)].map(match => ({
    before: name.slice(0, match.index),
    digits: match[0],
    after: name.slice(match.index + match[0].length),
  }))
  const told = counters.find(({ before, after }) => isCounted(previous, before, after))
  return told ?? counters.at(-1) ?? uncounted(name)
}

function isCounted(name: string | undefined, before: string, after: string): boolean {
  if (name === undefined || !name.startsWith(before) || !name.endsWith(after)) return false
  return /^\d+$/.test(name.slice(before.length, name.length - after.length))
}

/** The first of a series usually bears no number: it is taken for number one. */
function uncounted(name: string): Counter {
  const slashes = /[/\\]+$/.exec(name)?.[0] ?? ''
  return { before: `${name.slice(0, name.length - slashes.length)}-`, digits: '1', after: slashes }
}

/** The name with its next letter, where two names differ by one letter and the one that follows it. */
function nextLetter(name: string, previous: string | undefined): string | undefined {
  if (previous?.length !== name.length) return undefined
  const at = Array.from(name, (_, index) => index).find(index => name[index] !== previous[index])
  if (at === undefined || name.slice(at + 1) !== previous.slice(at + 1)) return undefined
  const [before, letter] = [previous.charCodeAt(at), name.charCodeAt(at)]
  const isSeries = letter === before + 1 && /^[a-yA-Y]$/.test(name.charAt(at))
  return isSeries ? name.slice(0, at) + String.fromCharCode(letter + 1) + name.slice(at + 1) : undefined
}
