import { expect, it } from 'vitest'
import { parseCommandLine, UsageError } from '../../src/main/command-line.ts'

it('paths may be relative, and options may be anywhere', () => {
  expect(
    parseCommandLine(['a', '--stack', 'b.json', '--port', '80', '/c', '--no-open'], '/home/ada'),
  ).toEqual({
    paths: ['/home/ada/a', '/c'],
    stacks: ['/home/ada/b.json'],
    wish: undefined,
    opensBrowser: false,
    port: 80,
    isHelp: false,
  })
})

it('no arguments request nothing', () => {
  expect(parseCommandLine([], '/')).toEqual({
    paths: [],
    stacks: [],
    wish: undefined,
    opensBrowser: true,
    port: undefined,
    isHelp: false,
  })
})

it.each([
  [['--prot', '1']],
  [['--port', 'x']],
  [['--port', '65536']],
  [['--port', '-1']],
  [['--port=']],
  [['--stack']],
  [['--web=yes']],
  [['--window', '--browser']],
])('refuses %j', args => {
  expect(() => parseCommandLine(args, '/')).toThrow(UsageError)
})

it('E11 an address stays unchanged, and a path after a kind is made absolute', () => {
  const { paths } = parseCommandLine(
    ['redis://app@h:1/0', 'sqlite:notes.db', 'leveldb:/x', 'a:b'],
    '/home/ada',
  )
  expect(paths).toEqual(['redis://app@h:1/0', 'sqlite:/home/ada/notes.db', 'leveldb:/x', '/home/ada/a:b'])
})

it.each([
  ['--web', 'browser'],
  ['--browser', 'browser'],
  ['--window', 'window'],
])('E41 %s requests the %s', (flag, wish) => {
  expect(parseCommandLine([flag], '/').preference).toBe(wish)
})

it('after -- everything is a path', () => {
  expect(parseCommandLine(['--', '--web'], '/').paths).toEqual(['/--web'])
})
