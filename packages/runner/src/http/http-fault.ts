import type { Refusal } from './auth/gate.ts'

export type FaultStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 429 | 500 | 502 | 503 | 507

/** What a request is answered with when it fails; all of it is for the person at the page. */
export class HttpFault extends Error {
  override readonly name: string = 'HttpFault'
  readonly status: FaultStatus
  readonly code: string
  readonly remedy: string | undefined

  constructor(status: FaultStatus, code: string, message: string, remedy?: string) {
    super(message)
    this.status = status
    this.code = code
    this.remedy = remedy
  }
}

export interface FaultBody {
  readonly error: { readonly code: string; readonly message: string; readonly remedy?: string }
}

export function faultBody({ code, message, remedy }: HttpFault): FaultBody {
  return { error: { code, message, ...(remedy === undefined ? {} : { remedy }) } }
}

export const NOT_LOGGED_IN = new HttpFault(
  401,
  'not-logged-in',
  'This browser is not logged in.',
  'Run `npm start` in a terminal and open the address that it prints.',
)

/** What a verdict of the gate is called on the page. */
export function gateFault(code: Refusal['code']): HttpFault {
  switch (code) {
    case 'bad-target':
      return new HttpFault(400, code, 'The address of the request is not one that this server reads.')
    case 'not-logged-in':
      return NOT_LOGGED_IN
    case 'wrong-host':
      return new HttpFault(403, code, 'The request names another machine or port.')
    case 'wrong-origin':
      return new HttpFault(403, code, 'The request does not come from the page of this server.')
    case 'refused':
      return new HttpFault(403, code, 'This door is not for you.')
  }
}
