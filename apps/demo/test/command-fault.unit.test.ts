import { HostError } from '@x/host'
import { ConfigError, SessionError } from '@x/codex'
import { HttpServerError } from '@x/runner/http'
import { expect, test } from 'vitest'
import { CommandFault, describeFailure } from '../src/command-fault.ts'

test.each([
  [new CommandFault('cause', { remedy: 'remedy' }), { message: 'cause', remedy: 'remedy' }],
  [new CommandFault('cause'), { message: 'cause' }],
  [
    new HttpServerError('port-in-use', 'port 4000 is taken by another program'),
    { message: 'port 4000 is taken by another program', remedy: expect.stringContaining('--port') },
  ],
  [
    new HttpServerError('page-missing', 'there is no index.html'),
    { message: 'there is no index.html', remedy: expect.stringContaining('Build') },
  ],
  [
    new SessionError('posture', 'no user namespaces', { remedy: 'Allow them.' }),
    { message: 'no user namespaces', remedy: 'Allow them.' },
  ],
  [
    new Error('writing failed', { cause: new HostError('no-space', 'full') }),
    { message: expect.stringContaining('disk is full'), remedy: expect.stringContaining('Free') },
  ],
  [
    new HostError('permission-denied', "can't write /x"),
    { message: expect.stringContaining("can't write /x"), remedy: expect.stringContaining('X_STATE_DIR') },
  ],
  [
    new ConfigError('stateDir', 'outside /tmp', '/tmp/x'),
    {
      message: 'expected stateDir to be outside /tmp, got /tmp/x',
      remedy: expect.stringContaining('X_STATE_DIR'),
    },
  ],
  [
    Object.assign(new Error('cleaning up failed'), {
      error: new Error('second'),
      suppressed: new Error('first'),
    }),
    { message: 'first' },
  ],
  ['thrown', { message: 'thrown' }],
])('%s is told with what to do', (error, fault) => {
  expect(describeFailure(error)).toEqual(fault)
})
