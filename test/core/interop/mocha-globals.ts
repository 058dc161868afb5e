import * as chai from 'chai'
import chaiAsPromised from 'chai-as-promised'
import dirtyChai from 'dirty-chai'
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest'

/** The suite of js-stores expects the globals of mocha, and chai with these plugins. */
chai.use(chaiAsPromised)
chai.use(dirtyChai)

type Body = (this: { timeout(milliseconds: number): void }) => unknown

Object.assign(globalThis, {
  describe,
  beforeEach,
  afterEach,
  before: beforeAll,
  after: afterAll,
  // Ignore the time limits of the suite, which are longer than the limits here.
  it: (name: string, body: Body) =>
    it(`I1 ${name}`, async () => {
      await body.call({ timeout: () => undefined })
    }),
})

export const { expect } = chai
