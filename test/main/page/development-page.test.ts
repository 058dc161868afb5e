import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDevelopmentPage } from '../../../src/main/page/development-page.ts'
import { contentSecurityPolicy } from '../../../src/main/page/page-headers.ts'
import type { PageSource } from '../../../src/main/page/page-source.ts'

const vite = createServer((request, response) => {
  if (request.url === '/gone') response.statusCode = 404
  response.setHeader('content-type', 'text/javascript')
  response.end(`${request.headers.accept} ${request.url}`)
})

let page: PageSource
beforeAll(async () => {
  vite.listen(0, '127.0.0.1')
  await once(vite, 'listening')
  page = createDevelopmentPage(new URL(`http://127.0.0.1:${(vite.address() as AddressInfo).port}`))
})
afterAll(() => vite.close())

it('asks the development server for the very same target', async () => {
  const file = await page.read('/@fs/a b.ts?t=1&import?x')
  expect(new TextDecoder().decode(file?.bytes)).toBe('*/* /@fs/a%20b.ts?t=1&import?x')
  expect(file).toMatchObject({ mediaType: 'text/javascript', isImmutable: false })
  expect(new TextDecoder().decode((await page.read('/'))?.bytes)).toBe('text/html /')
})

it('never asks another server, whatever the target looks like', async () => {
  const file = await page.read('//attacker.example/x')
  expect(new TextDecoder().decode(file?.bytes)).toBe('*/* //attacker.example/x')
})

it('has nothing where the development server has nothing', async () => {
  expect(await page.read('/gone')).toBeUndefined()
})

it('the page may do more in development, and only then', () => {
  expect(contentSecurityPolicy(page)).toContain("script-src 'self' 'unsafe-inline'")
  expect(contentSecurityPolicy(page)).toContain(`connect-src 'self' ws://${page.developmentServer?.host}`)
  const built: PageSource = { developmentServer: undefined, read: async () => undefined }
  expect(contentSecurityPolicy(built)).not.toContain('unsafe')
})
