import type { ConfigSchema, ConfigSources, Shape } from '@causeway/platform';

async function load<S extends Shape>(schema: ConfigSchema<S>, sources: ConfigSources) {
  const { loadConfig } = await import('@causeway/platform');
  return loadConfig(schema, sources);
}

/**
 * The options of each service, read and checked. A service is loaded when it is asked for: the other commands would pay for
 * all of them at every call.
 */
export const serviceConfig = {
  authority: async (sources: ConfigSources) =>
    load((await import('@causeway/certs/authority')).authorityConfig, sources),
  broker: async (sources: ConfigSources) => load((await import('@causeway/broker')).brokerConfig, sources),
  'clearing-house': async (sources: ConfigSources) =>
    load((await import('@causeway/clearing-house')).clearingHouseConfig, sources),
  connector: async (sources: ConfigSources) => load((await import('@causeway/connector')).connectorConfig, sources),
} as const;
