/**
 * A defect of the worker: a change does not flush removed stores. It proves that the model would detect it.
 */
export const UNFLUSHED = 'does not flush removed stores'
