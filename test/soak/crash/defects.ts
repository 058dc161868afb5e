/** A defect of the worker: a change does not flush what leaves. It proves that the model would notice. */
export const UNFLUSHED = 'does not flush what leaves'
