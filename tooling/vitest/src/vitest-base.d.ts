import type { ViteUserConfig } from 'vitest/config'

/** @param options `maxWorkers`: test files at a time, 2 unless told otherwise */
export function vitestBase(packageName: string, options?: { readonly maxWorkers?: number }): ViteUserConfig
