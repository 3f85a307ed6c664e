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
  'config/batchWrite': 'ConfigWriteResponse',
  'config/mcpServer/reload': 'McpServerRefreshResponse',
  'config/value/write': 'ConfigWriteResponse',
  'configRequirements/read': 'ConfigRequirementsReadResponse',
  'externalAgentConfig/import/readHistories': 'ExternalAgentConfigImportHistoriesReadResponse',
  'windowsSandbox/readiness': 'WindowsSandboxReadinessResponse',
}

/**
 * What the stable dumps leave out and we use: whole definitions, more properties of an object, more members of a union.
 * Where it cannot be seen why, the line says which capability the server wants for it.
 */
export const MANUAL_DEFINITIONS: Definitions = {
  // Needs `capabilities.experimentalApi`; the only way to learn of a command that the sandbox refused.
  ThreadStartParams: {
    type: 'object',
    properties: {
      experimentalRawEvents: {
        type: 'boolean',
        description: 'Experimental: also send every raw model item as `rawResponseItem/completed`.',
      },
    },
  },
  RawResponseItemCompletedNotification: {
    type: 'object',
    required: ['item', 'threadId', 'turnId'],
    properties: {
      item: { $ref: '#/definitions/ResponseItem' },
      threadId: { type: 'string' },
      turnId: { type: 'string' },
    },
  },
  ServerNotification: {
    oneOf: [
      {
        type: 'object',
        required: ['method', 'params'],
        properties: {
          method: { type: 'string', enum: ['rawResponseItem/completed'] },
          params: { $ref: '#/definitions/RawResponseItemCompletedNotification' },
        },
      },
    ],
  },
}
