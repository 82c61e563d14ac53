import type { JsonObject } from '../model.js';
import { isObject, objectMember, textMember } from './messages.js';

/** Other connectors write the names of properties as absolute IRIs. */
const foreign = 'https://w3id.org/edc/v0.0.1/ns/';

/** Where a TransferStartMessage says that the data is, and what opens it. */
export interface DataAddress {
  readonly endpoint?: string;
  readonly token?: string;
}

/** Reads the data address of a TransferStartMessage, whoever wrote it; an address may stand among its properties. */
export function addressIn(message: JsonObject): DataAddress {
  const address = objectMember(message, 'dataAddress') ?? {};
  const listed = address['endpointProperties'];
  const property = (wanted: string): string | undefined => {
    for (const each of Array.isArray(listed) ? listed : []) {
      if (!isObject(each)) continue;
      const { name, value } = each;
      if ((name === wanted || name === `${foreign}${wanted}`) && typeof value === 'string') return value;
    }
    return undefined;
  };
  const endpoint = textMember(address, 'endpoint') ?? property('endpoint');
  const token = property('authorization');
  return { ...(endpoint === undefined ? {} : { endpoint }), ...(token === undefined ? {} : { token }) };
}
