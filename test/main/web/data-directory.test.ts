import { expect, it } from 'vitest'
import { dataDirectory } from '../../../src/main/web/data-directory.ts'

it('on Linux it is below XDG_DATA_HOME, if that is absolute', () => {
  expect(dataDirectory('linux', {}, '/home/ada')).toBe('/home/ada/.local/share/strata')
  expect(dataDirectory('linux', { XDG_DATA_HOME: '/data' }, '/home/ada')).toBe('/data/strata')
  expect(dataDirectory('linux', { XDG_DATA_HOME: 'data' }, '/home/ada')).toBe('/home/ada/.local/share/strata')
  expect(dataDirectory('linux', { XDG_DATA_HOME: '' }, '/home/ada')).toBe('/home/ada/.local/share/strata')
})

it('on macOS it is below Application Support', () => {
  expect(dataDirectory('darwin', {}, '/Users/ada')).toBe('/Users/ada/Library/Application Support/Strata')
})

it('on Windows it is below APPDATA', () => {
  const home = 'C:\\Users\\ada'
  expect(dataDirectory('win32', { APPDATA: 'D:\\Roaming' }, home)).toBe('D:\\Roaming\\Strata')
  expect(dataDirectory('win32', {}, home)).toBe('C:\\Users\\ada\\AppData\\Roaming\\Strata')
})

it('STRATA_DATA overrides all of them', () => {
  expect(dataDirectory('linux', { STRATA_DATA: '/tmp/x', XDG_DATA_HOME: '/data' }, '/home/ada')).toBe(
    '/tmp/x',
  )
  expect(dataDirectory('win32', { STRATA_DATA: 'D:\\x' }, 'C:\\Users\\ada')).toBe('D:\\x')
})
