import type { KindInfo } from '../../../../shared/procedures/stacks.ts'

/** A JSON Schema, read member by member: what is missing or of another shape is as good as absent. */
export type Schema = Readonly<Record<string, unknown>>

export function isRecord(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export interface Property {
  readonly name: string
  readonly schema: Schema
  readonly isRequired: boolean
}

/** The options of a kind, in the order of its schema. */
export function propertiesOf(info: KindInfo | undefined): readonly Property[] {
  const properties = info?.schema['properties']
  const required = info?.schema['required']
  if (!isRecord(properties)) return []
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    schema: isRecord(schema) ? schema : {},
    isRequired: Array.isArray(required) && required.includes(name),
  }))
}
