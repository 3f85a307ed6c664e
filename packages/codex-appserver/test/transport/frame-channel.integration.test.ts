import { CODEX_VERSIONS } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll } from 'vitest'
import { openOverProxy, openOverSocket, openOverStdio } from '../contract/far-ends.ts'
import { describeFrameChannelContract } from '../contract/frame-channel-contract.ts'

afterAll(() => expectNoLeaks())

describeFrameChannelContract('a WebSocket over a unix socket', { open: openOverSocket })

describeFrameChannelContract('lines over the stdio of a process', {
  open: openOverStdio,
  cannot: ['tell-a-cut', 'notice-silence'],
})

for (const version of CODEX_VERSIONS) {
  describeFrameChannelContract(`a WebSocket through the proxy of codex ${version}`, {
    open: (options) => openOverProxy(version, options),
    cannot: ['hear-a-cut'],
  })
}
