/** How what is typed into "Go to key" is read. */
export type TypedMode = 'recent' | 'path' | 'search'

export function modeOf(text: string): TypedMode {
  const typed = text.trim()
  if (typed === '') return 'recent'
  return typed.startsWith('/') ? 'path' : 'search'
}

/**
 * The keys that a typed or pasted path may mean, the likeliest first: as it is, without the blanks around it, and with
 * the signs read that the tree shows for characters that cannot be seen.
 */
export function candidateKeys(text: string): readonly string[] {
  const trimmed = text.trim()
  return [...new Set([text, trimmed, unescaped(trimmed)])].filter(candidate => candidate.startsWith('/'))
}

const SIGNS: Readonly<Record<string, string>> = { '\\n': '\n', '\\r': '\r', '\\t': '\t' }

/** `a\nb` and `U+200B` as the characters that they stand for, and `·` at the ends of a name as a blank. */
function unescaped(path: string): string {
  return path
    .split('/')
    .map(name =>
      name
        .replace(/^·+|·+$/g, dots => ' '.repeat(dots.length))
        .replace(/\\[nrt]|U\+([0-9A-F]{4,6})/g, (sign, code: string | undefined) =>
          code === undefined ? (SIGNS[sign] ?? sign) : characterOf(code, sign),
        ),
    )
    .join('/')
}

function characterOf(code: string, sign: string): string {
  const point = Number.parseInt(code, 16)
  return point > 0x10ffff ? sign : String.fromCodePoint(point)
}
