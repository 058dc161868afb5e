import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AcceptedTokens } from '../../../src/main/web/accepted-tokens.ts'
import { tempFolder } from '../host/test-host.ts'

const HOUR = 60 * 60 * 1000

let directory: string
let now: number
const opened: AcceptedTokens[] = []
beforeEach(async () => {
  directory = await tempFolder()
  now = 1_000_000_000_000
})
afterEach(async () => {
  for (const tokens of opened.splice(0)) await tokens.close()
})

async function open(): Promise<AcceptedTokens> {
  const tokens = await AcceptedTokens.open(directory, () => now)
  opened.push(tokens)
  return tokens
}

describe('the tokens of the browser shell', () => {
  it('P3 each run has its own, and accepts the one of the previous run for an hour after its end', async () => {
    const first = await open()
    now += 10 * HOUR
    expect(first.accepts(first.current)).toBe(true)
    await first.close()
    now += HOUR
    const second = await open()
    expect(second.current).not.toBe(first.current)
    expect([second.accepts(first.current), second.accepts(second.current)]).toEqual([true, true])
    now += 1
    expect([second.accepts(first.current), second.accepts(second.current)]).toEqual([false, true])
  })

  it('P3 the end of a killed run is its last saved time', async () => {
    const first = await open()
    now += HOUR + 1
    expect((await open()).accepts(first.current)).toBe(false)
  })

  it('P3 later runs do not renew an old token', async () => {
    const first = await open()
    await first.close()
    for (let minutes = 0; minutes < 60; minutes += 20) {
      now += 20 * 60 * 1000
      const next = await open()
      expect(next.accepts(first.current)).toBe(true)
      await next.close()
    }
    now += 1
    expect((await open()).accepts(first.current)).toBe(false)
  })

  it('P8 no token can be read from the disk, and without the file all earlier ones end', async ctx => {
    const first = await open()
    await first.close()
    const path = join(directory, 'web-tokens.json')
    expect(await readFile(path, 'utf8')).not.toContain(first.current)
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600)
    await rm(path)
    expect((await open()).accepts(first.current)).toBe(false)
    for (const broken of ['', '{}', '{"strata":"web-tokens","version":1,"runs":[7]}']) {
      await writeFile(path, broken)
      expect((await open()).accepts(first.current)).toBe(false)
    }
    ctx.expect(await readFile(path, 'utf8')).not.toBe('')
  })

  it('P3 two concurrent shells keep the tokens of each other', async () => {
    const [one, two] = [await open(), await open()]
    await one.close()
    await two.close()
    const next = await open()
    expect([next.accepts(one.current), next.accepts(two.current)]).toEqual([true, true])
  })

  it('accept no other tokens', async () => {
    const tokens = await open()
    for (const guess of ['', 'x', tokens.current.slice(1), `${tokens.current}x`])
      expect(tokens.accepts(guess)).toBe(false)
    expect(AcceptedTokens.only('given').accepts('given')).toBe(true)
  })
})
