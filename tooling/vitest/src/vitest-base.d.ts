import type { ViteUserConfig } from 'vitest/config'

export function vitestBase(packageName: string): ViteUserConfig
