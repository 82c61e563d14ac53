import { brokerConfig } from '@causeway/broker';
import { authorityConfig } from '@causeway/certs/authority';
import { clearingHouseConfig } from '@causeway/clearing-house';
import { connectorConfig } from '@causeway/connector';
import { configReference } from '@causeway/platform';

/** `docs/configuration.md`, from the schemas that the services themselves read. */
export function configurationPage(): string {
  return configReference({
    Connector: connectorConfig,
    Authority: authorityConfig,
    Broker: brokerConfig,
    'Clearing house': clearingHouseConfig,
  });
}
