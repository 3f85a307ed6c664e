// Holds the refresh tokens of logins and gives sessions short-lived access tokens.
export type { Broker, BrokeredSession, SessionGrant } from './broker.ts'
export type { BrokerStore, RefreshStep } from './broker-context.ts'
export { BrokerError, type BrokerErrorCode } from './broker-error.ts'
export type { BrokerEvents } from './broker-events.ts'
export { openBroker, type BrokerOptions } from './open-broker.ts'
export type {
  AccessTokens,
  BrokeredLogin,
  GrantedTokens,
  TokenAnswer,
  TokenProvider,
  TokenRequest,
  TokenVerdict,
} from './token-provider.ts'
