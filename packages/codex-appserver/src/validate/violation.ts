import { ProtocolError } from '../errors.ts'

/**
 * The error for a message that is not what its method says. What it held is a person's work and no mistake of form,
 * so unlike with other nonsense not even its beginning is kept.
 */
export function violation(
  kind: 'notification' | 'request' | 'result',
  method: string,
  issue: string,
): ProtocolError {
  // The peer may have chosen the name.
  return new ProtocolError(`a ${kind} of ${JSON.stringify(method.slice(0, 100))}`, [issue])
}
