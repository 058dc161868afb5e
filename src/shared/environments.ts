/** What a stack is used for. In production more is asked before something is changed. */
export const ENVIRONMENTS = ['development', 'staging', 'production'] as const
export type Environment = (typeof ENVIRONMENTS)[number]
