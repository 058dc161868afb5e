import * as chai from 'chai'
import chaiAsPromised from 'chai-as-promised'
import dirtyChai from 'dirty-chai'
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest'

/** The suite of js-stores is written for mocha and chai with plugins: this is what it expects to find. */
chai.use(chaiAsPromised)
chai.use(dirtyChai)

type Body = (this: { timeout(milliseconds: number): void }) => unknown

Object.assign(globalThis, {
  describe,
  beforeEach,
  afterEach,
  before: beforeAll,
  after: afterAll,
  // The suite's own time limits are longer than ours ever need.
  it: (name: string, body: Body) =>
    it(`I1 ${name}`, async () => {
      await body.call({ timeout: () => undefined })
    }),
})

export const { expect } = chai
