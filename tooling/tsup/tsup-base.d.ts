import type { Options } from 'tsup'

export function tsupBase(entry: Record<string, string>, overrides?: Options): Options
