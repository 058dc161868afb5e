import { expect, it } from 'vitest'
import { browserCommand, openBrowser } from '../../../src/main/web/open-browser.ts'

it.each([
  ['darwin', ['open', 'http://x/']],
  ['win32', ['rundll32', 'url.dll,FileProtocolHandler', 'http://x/']],
  ['linux', ['xdg-open', 'http://x/']],
  ['freebsd', ['xdg-open', 'http://x/']],
] as const)('on %s the system opens the address, without a shell in between', (platform, command) => {
  expect(browserCommand(platform, 'http://x/')).toEqual(command)
})

it('reports that there is no program to open it with', async () => {
  const path = process.env['PATH']
  process.env['PATH'] = '/nowhere'
  try {
    expect(await openBrowser('http://127.0.0.1:1/', 'linux')).toBe(false)
  } finally {
    process.env['PATH'] = path
  }
})
