import type { WebSocket } from 'ws'

/** Bytes that may wait in our process for one viewer, besides the frame that is being sent. */
const MAX_BUFFERED = 64 * 1024

/**
 * Sends frames as fast as the viewer takes them. The next frame is asked for only when the last ones have left the
 * process: how far a slow viewer lags is a position in the source, never memory of its own.
 *
 * Resolves when the frames end or `signal` aborts; never rejects for the socket's sake.
 */
export async function sendFrames(
  socket: WebSocket,
  frames: AsyncIterable<string>,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: () => void },
): Promise<void> {
  for await (const frame of frames) {
    if (signal.aborted || socket.readyState !== socket.OPEN) return
    const sent = new Promise<void>((resolve) => socket.send(frame, () => resolve()))
    if (socket.bufferedAmount <= MAX_BUFFERED) continue
    await sent
    onProgress()
  }
}
