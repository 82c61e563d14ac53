import { type Case, datasetOf, transferCases } from './cases.js';
import { type ConnectorUnderTest, connectorId } from './connector.js';
import { kitParticipant } from './identity.js';
import { SeedPeer } from './seed-peer.js';

/**
 * Makes an agreement for every transfer case, negotiated like any other, with whoever speaks at the kit's address.
 *
 * @returns what the kit is configured to name the agreement by: as provider its `@id`, as consumer what our own tools take
 */
export async function makeAgreements(connector: ConnectorUnderTest, kitPort: number): Promise<Map<Case, string>> {
  await using peer = await SeedPeer.listen(`${connector.root}/2025-1`, kitPort);
  const agreements = new Map<Case, string>();
  for (const one of transferCases) {
    const name = datasetOf(one);
    const consumer = one.id.startsWith('TP_C');
    const agreement = consumer ? askFor(connector, peer, name) : peer.agree(`${connectorId}:${name}`);
    agreements.set(one, await agreement);
  }
  return agreements;
}

async function askFor({ management }: ConnectorUnderTest, peer: SeedPeer, dataset: string): Promise<string> {
  const offer = { '@id': `offer-${dataset}`, permission: [{ action: 'use' }] };
  const asked = { provider: kitParticipant, dataset, address: peer.address, offer };
  await management.put(`negotiations/${dataset}`, asked);
  const { state, agreement, reason } = await management.get(`negotiations/${dataset}?wait=30`);
  if (state === 'FINALIZED') return String(agreement);
  throw new Error(`Expected an agreement about ${dataset}; the negotiation is ${state}: ${JSON.stringify(reason)}`);
}
