import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { withinTime } from '../../src/core/concurrency/within-time.ts'
import { DatastoreError } from '../../src/core/errors.ts'
import { nodeKinds } from '../../src/core/node/stack.ts'
import { Registry } from '../../src/core/stack/registry.ts'
import { applicationDirectory, applicationVersion, callerDirectory } from '../../src/main/application.ts'
import { recognise } from '../../src/main/host/sessions/recognise.ts'
import { openSources, requestedSources } from '../../src/main/sources.ts'
import { hasDisplay } from '../../src/main/start/choose-shell.ts'
import { createHostDouble } from './electron/run-on-double.ts'

it('the version is that of package.json', async () => {
  const application = applicationDirectory(join(import.meta.dirname, '..', '..', 'out', 'main'))
  expect(await applicationVersion(application)).toMatch(/^\d+\.\d+\.\d+$/)
})

it('paths are relative to the folder of the user, though npm runs us in the package', () => {
  expect(callerDirectory('/strata', '/strata', { INIT_CWD: '/home/ada' })).toBe('/home/ada')
  expect(callerDirectory('/strata', '/strata', {})).toBe('/strata')
  // Our parent process was started by another npm script, in a folder of its choice.
  expect(callerDirectory('/strata', '/tmp', { INIT_CWD: '/home/ada' })).toBe('/tmp')
})

it.each([
  ['linux', {}, false],
  ['linux', { DISPLAY: '' }, false],
  ['linux', { DISPLAY: ':0' }, true],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
  ['darwin', {}, true],
  ['darwin', { SSH_CONNECTION: 'a b' }, false],
  ['win32', {}, true],
] as const)('on %s with %j there is a display: %j', (platform, environment, expected) => {
  expect(hasDisplay(platform, environment)).toBe(expected)
})

const named = async (text: string) => (await recognise(text, new Registry(nodeKinds))).source

it('opens a folder as a folder, a file as a stack, and the sample without arguments', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'strata-sources-'))
  const file = join(directory, 'a.stack.json')
  const folder = join(directory, 'folder.json')
  await writeFile(file, '{}')
  await mkdir(folder)
  expect(await requestedSources({ paths: [file, folder], stacks: [file] }, named)).toEqual([
    { type: 'stackFile', path: file },
    { type: 'folder', path: folder },
    { type: 'stackFile', path: file },
  ])
  expect(await requestedSources({ paths: [], stacks: [] }, named)).toEqual([{ type: 'sample' }])
  await expect(
    requestedSources({ paths: [join(directory, 'absent')], stacks: [] }, named),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await rm(directory, { recursive: true })
})

it('shows the first of several opened sources', async () => {
  const { host, opened, shown } = createHostDouble()
  await openSources(host, [{ type: 'sample' }, { type: 'folder', path: '/a' }])
  expect([opened.length, shown]).toEqual([2, ['s1']])
})

it('H4 a source that cannot be opened does not prevent opening the others', async () => {
  const { opened, shown, host } = createHostDouble()
  const broken = new Error('broken')
  const choosy: Parameters<typeof openSources>[0] = {
    ...host,
    open: source => (source.type === 'folder' ? Promise.reject(broken) : host.open(source)),
  }
  const folder = { type: 'folder', path: '/a' } as const
  expect(await openSources(choosy, [folder, { type: 'sample' }, folder])).toEqual([broken, broken])
  expect([opened.length, shown]).toEqual([1, ['s1']])
  await expect(openSources(choosy, [folder])).rejects.toBe(broken)
})

it('H10 a stack file without a valid stack is offered to the editor, and does not prevent the start', async () => {
  const offered: string[] = []
  const choosy: Parameters<typeof openSources>[0] = {
    ...createHostDouble().host,
    open: () => Promise.reject(new DatastoreError('CONFIG_INVALID', 'unknown kind')),
    offerCorrection: path => void offered.push(path),
  }
  const broken = { type: 'stackFile', path: '/broken.stack.json' } as const
  expect(await openSources(choosy, [broken])).toHaveLength(1)
  expect(offered).toEqual(['/broken.stack.json'])
  await expect(openSources(choosy, [{ type: 'folder', path: '/a' }])).rejects.toThrow('unknown kind')
})

it('withinTime waits for work up to its limit', async () => {
  expect(await withinTime(Promise.resolve(), 60_000)).toBe(true)
  expect(await withinTime(new Promise(() => undefined), 5)).toBe(false)
  await expect(withinTime(Promise.reject(new Error('work failed')), 60_000)).rejects.toThrow('work failed')
})
