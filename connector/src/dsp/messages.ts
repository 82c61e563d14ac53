import type { Json } from '@causeway/evidence';
import type { JsonObject, Process, Reason } from '../model.js';
import type { ProcessKind } from '../process/work.js';
import { trimSlashes } from '../trim-slashes.js';
import { dspContext, extension, type MessageType, messagePaths, messageTypes } from './vocabulary.js';

/** A message as it is saved with the move that causes it: without context and pids, which are added at each send. */
export function draft(type: MessageType, id: string, members: JsonObject = {}): JsonObject {
  return { '@type': type, '@id': id, ...members };
}

export function pidsOf(record: Pick<Process<string>, 'role' | 'pid' | 'peerPid'>): JsonObject {
  const [own, theirs] = record.role === 'provider' ? ['providerPid', 'consumerPid'] : ['consumerPid', 'providerPid'];
  return {
    [own as string]: record.pid,
    ...(record.peerPid === undefined ? {} : { [theirs as string]: record.peerPid }),
  };
}

/** The saved message as it goes out. A first message (it has a callback address) never names the receiver's pid. */
export function outgoing(record: Process<string>, message: JsonObject): JsonObject {
  const { peerPid: _unknown, ...first } = record;
  return {
    '@context': [dspContext],
    ...message,
    ...pidsOf('callbackAddress' in message ? first : record),
  };
}

/** Where a saved message goes; undefined while the peer's pid is not known and the message is not a first one. */
export function urlOf(kind: ProcessKind, record: Process<string>, message: JsonObject): string | undefined {
  const type = messageTypes.find((known) => known === message['@type']);
  if (type === undefined) return undefined;
  const base = `${trimSlashes(record.address)}/${kind}s`;
  if ('callbackAddress' in message) return `${base}/${messagePaths[type]}`;
  return record.peerPid === undefined ? undefined : `${base}/${record.peerPid}/${messagePaths[type]}`;
}

const processTypes = { negotiation: 'ContractNegotiation', transfer: 'TransferProcess' } as const;
const errorTypes = {
  catalog: 'CatalogError',
  negotiation: 'ContractNegotiationError',
  transfer: 'TransferError',
} as const;

/** ContractNegotiation or TransferProcess: where a process stands, as far as both sides know. */
export function processBody(kind: ProcessKind, record: Process<string>): JsonObject {
  return {
    '@context': [dspContext],
    '@type': processTypes[kind],
    '@id': record.pid,
    providerPid: '',
    consumerPid: '',
    ...pidsOf(record),
    state: record.state,
  };
}

/**
 * CatalogError, ContractNegotiationError or TransferError. The last two must name both pids; those that are not known
 * are given as they were received.
 */
export function errorBody(
  kind: ProcessKind | 'catalog',
  why: Reason,
  context: { readonly providerPid?: string; readonly consumerPid?: string; readonly state?: string } = {},
): JsonObject {
  const { providerPid = '', consumerPid = '', state } = context;
  return {
    '@context': [dspContext],
    '@type': errorTypes[kind],
    ...(kind === 'catalog' ? {} : { providerPid, consumerPid }),
    ...reasonMembers(why),
    ...(state === undefined ? {} : { [extension.state]: state }),
  };
}

/** `code` and `reason` as they stand in an error or an ending message. */
export function reasonMembers(why: Reason): JsonObject {
  return {
    code: why.code,
    reason: [
      { '@value': why.en, '@language': 'en' },
      { '@value': why.zh, '@language': 'zh' },
    ],
  };
}

const longest = 1_000;
const shorten = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/** The reason out of a peer's error or ending message, whatever shape it has; bounded, for it is shown to people. */
export function readReason(message: JsonObject | undefined, otherwise: string): Reason {
  const code = message?.['code'];
  const reasons = message?.['reason'];
  const words = (Array.isArray(reasons) ? reasons : []).map(readWords).filter((one) => one !== undefined);
  const en = words.find((one) => one.language !== 'zh')?.text ?? words[0]?.text ?? otherwise;
  const zh = words.find((one) => one.language === 'zh')?.text ?? en;
  return {
    code: typeof code === 'string' && code !== '' ? code.slice(0, 100) : 'UNSPECIFIED',
    en: shorten(en),
    zh: shorten(zh),
  };
}

function readWords(value: Json): { text: string; language?: string } | undefined {
  if (typeof value === 'string') return { text: value };
  if (!isObject(value)) return undefined;
  const { '@value': text, '@language': language } = value;
  if (typeof text !== 'string') return undefined;
  return typeof language === 'string' ? { text, language: language.slice(0, 2) } : { text };
}

export function textMember(message: JsonObject, name: string): string | undefined {
  const value = message[name];
  return typeof value === 'string' ? value : undefined;
}

export function objectMember(message: JsonObject, name: string): JsonObject | undefined {
  const value = message[name];
  return isObject(value) ? value : undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
