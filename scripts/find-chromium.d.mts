export function findChromium(env?: Record<string, string | undefined>): string | undefined
export function findHeadlessChromium(env?: Record<string, string | undefined>): string | undefined
export function chromiumMissing(): string | undefined
export function chromiumArguments(): string[]
