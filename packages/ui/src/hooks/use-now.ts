import { useSyncExternalStore } from 'react'
import { Ticker } from '../connection/ticker.ts'

const SECONDS = new Ticker(1_000)
const HALF_MINUTES = new Ticker(30_000)

/** Milliseconds since the epoch, renewed each second for what runs, twice a minute for what is past. */
export function useNow(pace: 'seconds' | 'half-minutes'): number {
  const ticker = pace === 'seconds' ? SECONDS : HALF_MINUTES
  return useSyncExternalStore(ticker.subscribe, ticker.read, ticker.read)
}
