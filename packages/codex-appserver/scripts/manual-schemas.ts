import type { Definitions } from './schema-types.ts'

/**
 * Result types that the dump does not let us find: everywhere else the result of `XParams` is `XResponse`.
 * Keyed by method.
 */
export const RESULT_TYPES: Readonly<Record<string, string>> = {
  'account/gatewayOAuth/cancel': 'GatewayOAuthCancelResponse',
  'account/logout': 'LogoutAccountResponse',
  'account/rateLimits/read': 'GetAccountRateLimitsResponse',
  'account/securitySetup/read': 'GetAccountSecuritySetupResponse',
  'account/usage/read': 'GetAccountTokenUsageResponse',
  'account/workspaceMessages/read': 'GetWorkspaceMessagesResponse',
  'accountSession/list': 'AccountSessionsResponse',
  'config/batchWrite': 'ConfigWriteResponse',
  'config/mcpServer/reload': 'McpServerRefreshResponse',
  'config/value/write': 'ConfigWriteResponse',
  'configRequirements/read': 'ConfigRequirementsReadResponse',
  'externalAgentConfig/import/readHistories': 'ExternalAgentConfigImportHistoriesReadResponse',
  'memory/reset': 'MemoryResetResponse',
  'remoteControl/status/read': 'RemoteControlStatusReadResponse',
  'rollout/compress': 'RolloutCompressResponse',
  'windowsSandbox/readiness': 'WindowsSandboxReadinessResponse',
}

/**
 * What no dump has and we use: whole definitions, more properties of an object, more members of a union.
 * Each with the reason why it can be relied upon.
 */
export const MANUAL_DEFINITIONS: Definitions = {
  // Both versions send it to a thread that was started with `experimentalRawEvents`; the dumps have its type only.
  ServerNotification: {
    oneOf: [
      {
        type: 'object',
        experimental: true,
        required: ['method', 'params'],
        properties: {
          method: { type: 'string', enum: ['rawResponseItem/completed'] },
          params: { $ref: '#/definitions/RawResponseItemCompletedNotification' },
        },
      },
    ],
  },
}
