import { describe, it } from 'vitest'
import { describeOrderedDriver } from '../../../src/testkit/describe-ordered-driver.ts'
import { MemoryDriver, type MemoryEngineOptions, MemoryPlace, randomDelay } from './memory-driver.ts'

/** The port suite over engines in memory with the given options. */
function describeMemory(name: string, options: MemoryEngineOptions): void {
  const places = new WeakMap<object, MemoryPlace>()
  const openIn = async (place = new MemoryPlace()) => {
    const driver = new MemoryDriver(place, options)
    places.set(driver, place)
    return driver
  }
  const again = (driver: object) => openIn(places.get(driver))
  describeOrderedDriver(name, { create: () => openIn(), beside: again, reopen: again }, { describe, it })
}

describeMemory('an engine in memory', {})
describeMemory('an asynchronous engine', { delay: randomDelay })
describeMemory('an engine with columns', { columns: true })
describeMemory('an engine with text keys and limits', {
  info: { text: true },
  capabilities: { keyBytes: 100, valueBytes: 1000 },
})
