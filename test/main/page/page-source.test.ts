import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { contentSecurityPolicy } from '../../../src/main/page/page-headers.ts'
import { createDevelopmentPage, openBuiltPage, type PageSource } from '../../../src/main/page/page-source.ts'

let directory: string
let page: PageSource
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'strata-page-'))
  const built = join(directory, 'renderer')
  await mkdir(join(built, 'assets'), { recursive: true })
  await writeFile(join(directory, 'secret'), 'secret')
  await writeFile(join(built, 'index.html'), 'page')
  await writeFile(join(built, 'assets', 'a-1.css'), 'a')
  await writeFile(join(built, 'unknown.kind'), 'b')
  await symlink(join(directory, 'secret'), join(built, 'link'))
  await symlink(directory, join(built, 'folder-link'))
  page = await openBuiltPage(built)
  await writeFile(join(built, 'later.js'), 'late')
})
afterAll(() => rm(directory, { recursive: true }))

const text = async (target: string): Promise<string | undefined> => {
  const file = await page.read(target)
  return file === undefined ? undefined : new TextDecoder().decode(file.bytes)
}

it('reads the files of the folder, whatever the query', async () => {
  expect(await text('/')).toBe('page')
  expect(await text('/index.html?x=/../secret')).toBe('page')
  expect(await text('/assets/a-1.css')).toBe('a')
})

it('detects the types of files, and serves unknown ones as bytes', async () => {
  expect(await page.read('/assets/a-1.css')).toMatchObject({
    mediaType: 'text/css; charset=utf-8',
    isImmutable: true,
  })
  expect(await page.read('/unknown.kind')).toMatchObject({
    mediaType: 'application/octet-stream',
    isImmutable: false,
  })
})

it('follows no link, and serves no file that was added later', async () => {
  expect(await text('/link')).toBeUndefined()
  expect(await text('/folder-link/secret')).toBeUndefined()
  expect(await text('/later.js')).toBeUndefined()
})

it.each(['', 'index.html', '/../secret', '/assets/../../secret', '/__proto__', '/constructor'])(
  'has nothing at %j',
  async target => {
    expect(await text(target)).toBeUndefined()
  },
)

it('refuses a folder that is not a built page', async () => {
  await expect(openBuiltPage(directory)).rejects.toThrow(/holds no index\.html; run `npm run build` first$/)
})

const vite = createServer((request, response) => {
  if (request.url === '/gone') response.statusCode = 404
  response.setHeader('content-type', 'text/javascript')
  response.end(`${request.headers.accept} ${request.url}`)
})

let developmentPage: PageSource
beforeAll(async () => {
  vite.listen(0, '127.0.0.1')
  await once(vite, 'listening')
  developmentPage = createDevelopmentPage(new URL(`http://127.0.0.1:${(vite.address() as AddressInfo).port}`))
})
afterAll(() => vite.close())

it('requests exactly the same target from the development server', async () => {
  const file = await developmentPage.read('/@fs/a b.ts?t=1&import?x')
  expect(new TextDecoder().decode(file?.bytes)).toBe('*/* /@fs/a%20b.ts?t=1&import?x')
  expect(file).toMatchObject({ mediaType: 'text/javascript', isImmutable: false })
  expect(new TextDecoder().decode((await developmentPage.read('/'))?.bytes)).toBe('text/html /')
})

it('never requests from another server, whatever the target looks like', async () => {
  const file = await developmentPage.read('//attacker.example/x')
  expect(new TextDecoder().decode(file?.bytes)).toBe('*/* //attacker.example/x')
})

it('returns nothing if the development server has nothing', async () => {
  expect(await developmentPage.read('/gone')).toBeUndefined()
})

it('the page has more permissions in development only', () => {
  expect(contentSecurityPolicy(developmentPage)).toContain("script-src 'self' 'unsafe-inline'")
  expect(contentSecurityPolicy(developmentPage)).toContain(
    `connect-src 'self' ws://${developmentPage.developmentServer?.host}`,
  )
  const built: PageSource = { developmentServer: undefined, read: async () => undefined }
  expect(contentSecurityPolicy(built)).not.toContain('unsafe')
})
