import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from '@playwright/test'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { launchChromium, newReactContext } from '../../../../chromium.ts'
import type { Harness } from './main.tsx'

declare global {
  interface Window {
    harness: Harness
  }
}

/** The policy that the shells send with the page. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'"

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

export interface OpenHarness {
  newPage(options?: { width?: number; height?: number; colorScheme?: 'light' | 'dark' }): Promise<Page>
  /** Loads the page again, as after a restart of the window. */
  reload(page: Page): Promise<void>
  close(): Promise<void>
}

/** Builds the page, serves it with the real policy and opens it in a browser. */
export async function openHarness(): Promise<OpenHarness> {
  const folder = await mkdtemp(join(tmpdir(), 'strata-harness-'))
  await build({
    root: fileURLToPath(new URL('.', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    // React in development mode: effects run twice, and its warnings are errors here.
    mode: 'development',
    define: { 'process.env.NODE_ENV': '"development"' },
    plugins: [react()],
    build: { outDir: folder, emptyOutDir: true, target: 'esnext', assetsInlineLimit: 0, minify: false },
  })
  const server = await serve(folder)
  const browser = await launchChromium(['--js-flags=--expose-gc'])
  return {
    newPage: options => newPage(browser, server, options),
    async reload(page) {
      await page.reload()
      await untilReady(page)
    },
    async close() {
      await browser.close()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function newPage(
  browser: Browser,
  server: Server,
  { width = 1280, height = 800, colorScheme = 'light' }: Parameters<OpenHarness['newPage']>[0] = {},
): Promise<Page> {
  const context = await newReactContext(browser, { viewport: { width, height }, colorScheme })
  const page = await context.newPage()
  page.on('pageerror', error => {
    throw error
  })
  page.on('console', message => {
    if (message.type() === 'error') throw new Error(`The page says: ${message.text()}`)
  })
  page.setDefaultTimeout(10_000)
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  await untilReady(page)
  return page
}

async function untilReady(page: Page): Promise<void> {
  await page.waitForFunction(() => 'harness' in window)
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const name = pathname === '/' ? '/index.html' : pathname
    readFile(join(folder, name)).then(
      bytes => {
        response.setHeader('content-type', TYPES[extname(name)] ?? 'application/octet-stream')
        response.setHeader('content-security-policy', POLICY)
        response.end(bytes)
      },
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return server
}
