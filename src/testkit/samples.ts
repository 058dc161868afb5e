const encoder = new TextEncoder()

/** `size` bytes that compressors and text codecs would change; `seed` makes different ones. */
export function noise(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = seed >>> 0
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}

/** Values of bytes: the empty one first, all different. */
export const byteSamples: readonly Uint8Array[] = [
  new Uint8Array(),
  new Uint8Array([0]),
  encoder.encode('{"n": 22.00}\r\n'),
  new Uint8Array([0xff, 0xfe, 0x00, 0xd8, 0x0a]),
  encoder.encode('Ünï©ode 🎭'),
  noise(4097),
]

/** Values of a store of objects that every format can represent. */
export const jsonSamples: readonly unknown[] = [null, { a: 1 }, [1, '2'], 'text', 0]

export const mebibyte = noise(1024 * 1024, 7)

/** Segments that have broken other stores. Each is valid in a key. */
export const hostileSegments: readonly string[] = [
  'nul\u0000inside',
  'tab\tand\nnewline\r',
  '\u0001\u001b[31m',
  '\u007f',
  'a:b:c',
  ':',
  '::x',
  '%',
  '%2F',
  '%00',
  '%2e%2e',
  '100%',
  'back\\slash',
  '\\',
  '..\\up',
  '...',
  '. ',
  ' .',
  '‥',
  '．．',
  '~',
  '$HOME',
  '-rf',
  '*',
  'what?',
  '<a|b>',
  '"quoted"',
  "it's",
  'con',
  'CON',
  'nul.txt',
  'COM1',
  'lpt1.tar.gz',
  '.hidden',
  '.tmp',
  'trailing.',
  'trailing ',
  ' leading',
  ' ',
  'a.val',
  'a.val.val',
  'a.json',
  'a.txt',
  'a',
  'Case',
  'case',
  'CASE',
  'ß',
  'SS',
  'İstanbul',
  '\u00e9',
  'e\u0301',
  '\u00c5',
  '\u212b',
  '😀',
  '\ufffd',
  '\ufeffbom',
  '\u202eright to left',
  '日本語',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'length',
  'x'.repeat(1000),
  `${'x'.repeat(999)}y`,
  '😀'.repeat(500),
  'Z'.repeat(1000),
  'z'.repeat(1000),
]
