/**
 * The parts of the built connector that its package does not export: for the few things that a test of it needs and its users
 * must not have. They are the very modules that the package itself runs.
 */
const built = (file: string): string => new URL(`../../../connector/dist/${file}`, import.meta.url).href;

type Publish = typeof import('../../connector/src/catalog/publish.js');
type Records = typeof import('../../connector/src/records.js');
type Events = typeof import('../../connector/src/events.js');
type NegotiationStates = typeof import('../../connector/src/negotiation/states.js');
type TransferStates = typeof import('../../connector/src/transfer/states.js');

export async function publishing(): Promise<Pick<Publish, 'Publisher'> & Pick<Records, 'openRecords'> & Events> {
  const [{ Publisher }, { openRecords }, events] = await Promise.all([
    import(built('catalog/publish.js')) as Promise<Publish>,
    import(built('records.js')) as Promise<Records>,
    import(built('events.js')) as Promise<Events>,
  ]);
  return { Publisher, openRecords, ...events };
}

export async function tables(): Promise<NegotiationStates & TransferStates> {
  const [negotiation, transfer] = await Promise.all([
    import(built('negotiation/states.js')) as Promise<NegotiationStates>,
    import(built('transfer/states.js')) as Promise<TransferStates>,
  ]);
  return { ...negotiation, ...transfer };
}
