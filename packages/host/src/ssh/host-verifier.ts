import type { HostKeyCheck } from './host-key-check.ts'

/**
 * Answers ssh2's question whether a machine's key is trusted.
 *
 * It is asked once more each time that keys are exchanged again, as a server may want after some data or time. Then the
 * answer is given at once, by the key of the first time: while ssh2 waits for it, it sends packets that neither the old
 * keys nor the new ones have encrypted, and the server hangs up.
 * @param onRefusal hears why a key is not trusted
 */
export function createHostVerifier(
  check: Pick<HostKeyCheck, 'verify'>,
  onRefusal: (reason: Error) => void,
): (key: Buffer, verdict: (isTrusted: boolean) => void) => void {
  let trusted: Buffer | undefined
  return (key, verdict) => {
    if (trusted !== undefined) {
      verdict(trusted.equals(key))
      return
    }
    void check.verify(key).then(
      () => {
        trusted = Buffer.from(key)
        verdict(true)
      },
      (error: unknown) => {
        onRefusal(error as Error)
        verdict(false)
      },
    )
  }
}
