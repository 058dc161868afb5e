import { expect, it } from 'vitest'
import { InFlight } from '../../../src/core/concurrency/in-flight.ts'

function open() {
  let end: (fail?: boolean) => void = () => undefined
  const call = new Promise<void>((resolve, reject) => {
    end = fail => (fail === true ? reject(new Error('failed')) : resolve())
  })
  return { call, end: (fail?: boolean) => end(fail) }
}

const later = () => new Promise(resolve => setImmediate(resolve))

it('D16 ended() waits for the calls in flight, successful or not, and not for later ones', async () => {
  const calls = new InFlight()
  await calls.ended()
  const [first, second, third] = [open(), open(), open()]
  const seen: string[] = []
  void calls.track(first.call)
  const one = calls.ended().then(() => seen.push('one'))
  calls.track(second.call).catch(() => undefined)
  const two = calls.ended().then(() => seen.push('two'))
  void calls.track(third.call)
  second.end(true)
  await later()
  expect(seen).toEqual([])
  first.end()
  await Promise.all([one, two])
  expect(seen).toEqual(['one', 'two'])
  third.end()
  await calls.ended()
})

it('D16 track() returns the same promise', async () => {
  const calls = new InFlight()
  const call = Promise.resolve(7)
  expect(calls.track(call)).toBe(call)
  await expect(calls.track(Promise.reject(new Error('no')))).rejects.toThrow('no')
})
