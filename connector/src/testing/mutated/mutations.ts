import type { Json } from '@causeway/evidence';
import { dspContext, messageTypes } from '../../dsp/vocabulary.js';
import type { JsonObject } from '../../model.js';
import type { Dice } from './dice.js';
import { abyss, anyBut, hostileJson, hostileString } from './hostile-values.js';
import { did, type Specimen } from './specimen.js';
import { stranger } from './world.js';

type Make = (specimen: Specimen, body: JsonObject, dice: Dice) => boolean;

const pids = ['providerPid', 'consumerPid'] as const;
const alwaysText = ['providerPid', 'consumerPid', 'callbackAddress', 'eventType', 'agreementId', 'format'];
const alwaysObjects = ['offer', 'agreement', 'dataAddress'];

/** Members without which a message that had them is none. The rest is free: `@id`, code, reason, data address, and what is not DSP's. */
const needed = ['@context', '@type', 'offer', 'agreement', ...alwaysText];

/** The pid of its own process that a message does not name any more makes it another's, or nobody's. */
const bound = ({ original }: Specimen): boolean => original.pid !== undefined;

const drop: Make = (specimen, body, dice) => {
  const name = dice.pick(Object.keys(body));
  delete body[name];
  return did(specimen, `without ${name}`, needed.includes(name) ? 'invalid' : 'open');
};

const otherSpelling: Make = (specimen, body, dice) => {
  const name = dice.pick(Object.keys(body));
  const bare = name.replace('@', '');
  const spelling = dice.pick([
    `https://w3id.org/dspace/2025/1/${bare}`,
    `dspace:${bare}`,
    bare.toUpperCase(),
    `${name} `,
    `\ufeff${name}`,
    `@${bare}`,
    bare,
  ]);
  if (spelling === name || Object.hasOwn(body, spelling)) return false;
  const beside = dice.chance(0.5);
  body[spelling] = beside ? hostileString(dice) : (body[name] ?? null);
  if (beside) return did(specimen, `${name} doubled as ${JSON.stringify(spelling)}`, 'open');
  delete body[name];
  return did(specimen, `${name} spelled ${JSON.stringify(spelling)}`, needed.includes(name) ? 'invalid' : 'open');
};

const twice: Make = (specimen, body, dice) => {
  const name = dice.pick(Object.keys(body));
  const text = JSON.stringify(body);
  const value = JSON.stringify(dice.chance(0.5) ? hostileString(dice) : hostileJson(dice));
  const member = `${JSON.stringify(name)}:${value}`;
  specimen.text = dice.chance(0.5) ? `{${member},${text.slice(1)}` : `${text.slice(0, -1)},${member}}`;
  return did(specimen, `${name} written twice`, 'open');
};

const retype: Make = (specimen, body, dice) => {
  const name = dice.pick(Object.keys(body));
  if (name === '@context') return false;
  const text = alwaysText.includes(name) || name === '@type' || name === 'code';
  const object = alwaysObjects.includes(name);
  body[name] = text
    ? anyBut(dice, 'string')
    : object
      ? anyBut(dice, 'object')
      : name === 'reason'
        ? anyBut(dice, 'array')
        : hostileJson(dice);
  return did(specimen, `${name} of another type`, text || object || name === 'reason' ? 'invalid' : 'open');
};

const hostile: Make = (specimen, body, dice) => {
  const name = dice.pick(Object.keys(body));
  const value = hostileString(dice);
  if (name === '@context' || body[name] === value) return false;
  const fixed =
    name === '@type' || name === 'eventType' || ((pids as readonly string[]).includes(name) && bound(specimen));
  const object = alwaysObjects.includes(name) || name === 'reason';
  body[name] = value;
  return did(specimen, `${name} is ${JSON.stringify(value.slice(0, 40))}`, fixed || object ? 'invalid' : 'open');
};

/** Any place in the message, at any depth. */
const deep: Make = (specimen, body, dice) => {
  let holder: JsonObject | Json[] = body;
  const path: string[] = [];
  for (;;) {
    const keys: string[] = Array.isArray(holder) ? holder.map((_, at) => String(at)) : Object.keys(holder);
    if (keys.length === 0) return false;
    const key: string = dice.pick(keys);
    path.push(key);
    const child: Json | undefined = Array.isArray(holder) ? holder[Number(key)] : holder[key];
    if (child !== null && typeof child === 'object' && dice.chance(0.8)) {
      holder = child;
      continue;
    }
    const value = dice.chance(0.5) ? hostileString(dice) : hostileJson(dice);
    if (Array.isArray(holder)) {
      if (dice.chance(0.3)) holder.splice(Number(key), 1);
      else holder[Number(key)] = value;
    } else if (dice.chance(0.3)) delete holder[key];
    else holder[key] = value;
    return did(specimen, `another value at ${path.join('/')}`, 'open');
  }
};

const abysmal: Make = (specimen, body, dice) => {
  const name = dice.pick(Object.keys(body));
  const [head = '', ...tail] = JSON.stringify({ ...body, [name]: 'THE ABYSS' }).split('"THE ABYSS"');
  specimen.text = `${head}${abyss(dice)}${tail.join('"THE ABYSS"')}`;
  return did(specimen, `${name} very deep`, 'open');
};

const context: Make = (specimen, body, dice) => {
  const [value, standing] = dice.pick<readonly [Json, 'valid' | 'invalid']>([
    [dspContext, 'invalid'],
    [[], 'invalid'],
    [['https://w3id.org/dspace/2024/1/context.json'], 'invalid'],
    [[`${dspContext} `], 'invalid'],
    [[dspContext, { '@vocab': 'urn:x' }], 'invalid'],
    [[dspContext, null], 'invalid'],
    [{ '@vocab': dspContext }, 'invalid'],
    [['https://www.w3.org/ns/odrl.jsonld', dspContext], 'valid'],
    [[dspContext, 'urn:example:context'], 'valid'],
  ]);
  body['@context'] = value;
  return did(specimen, `@context ${JSON.stringify(value)}`, standing);
};

const otherType: Make = (specimen, body, dice) => {
  const was = String(specimen.original.body?.['@type']);
  const type = dice.pick([
    ...messageTypes,
    'ContractNegotiation',
    'CatalogRequestMessage',
    `dspace:${was}`,
    'odrl:Offer',
  ]);
  if (type === was) return false;
  body['@type'] = dice.chance(0.2) ? [was] : type;
  return did(specimen, `@type ${JSON.stringify(body['@type'])}`, 'invalid');
};

const addMembers: Make = (specimen, body, dice) => {
  for (let count = 1 + dice.below(3); count > 0; count--) {
    const name = dice.pick([
      'urn:example:more',
      '__proto__',
      'constructor',
      'toString',
      '@graph',
      '@included',
      'state',
      'role',
      'peer',
      'answered',
      '@reverse',
    ]);
    Object.defineProperty(body, name, {
      value: hostileJson(dice),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return did(specimen, 'members nobody knows', 'open');
};

const anotherId: Make = (specimen, body, dice) => {
  body['@id'] = dice.uuid();
  return did(specimen, 'another @id', 'valid');
};

const replay: Make = (specimen, body, dice) => {
  if (specimen.original.answered.length === 0) return false;
  body['@id'] = dice.pick(specimen.original.answered);
  specimen.replayed = true;
  return did(specimen, 'an @id that was answered before', 'open');
};

const swap: Make = (specimen, body) => {
  const { providerPid, consumerPid } = body;
  if (providerPid === undefined || consumerPid === undefined || !bound(specimen)) return false;
  body['providerPid'] = consumerPid;
  body['consumerPid'] = providerPid;
  return did(specimen, 'pids swapped', 'invalid');
};

const otherPid: Make = (specimen, body, dice) => {
  if (!bound(specimen)) return false;
  const name = dice.pick(pids);
  const pid = dice.chance(0.3) ? dice.uuid() : dice.pick(specimen.original.others);
  if (body[name] === undefined || body[name] === pid) return false;
  body[name] = pid;
  return did(specimen, `${name} of another process`, 'invalid');
};

const otherPath: Make = (specimen, _body, dice) => {
  const { pid, others } = specimen.original;
  if (pid === undefined) return false;
  const other = dice.chance(0.3) ? dice.uuid() : dice.pick(others);
  specimen.path = specimen.path.replace(pid, other);
  // Whoever only asks may ask for any process of its own.
  return did(specimen, `path of process ${other}`, specimen.body === undefined ? 'open' : 'invalid');
};

/** Down to what opens a process instead of going on with one, and back. */
const callback: Make = (specimen, body, dice) => {
  if (body['@type'] !== 'ContractRequestMessage' && body['@type'] !== 'ContractOfferMessage') return false;
  if (specimen.original.body?.['callbackAddress'] !== undefined) {
    if (body['callbackAddress'] === undefined) return false;
    body[dice.pick(pids)] ??= dice.uuid();
    return did(
      specimen,
      'the pid of the receiver in a first message',
      body['providerPid'] && body['consumerPid'] ? 'invalid' : 'open',
    );
  }
  if (body['providerPid'] === undefined || body['consumerPid'] === undefined) return false;
  body['callbackAddress'] = 'http://127.0.0.1:1/dsp/2025-1';
  return did(specimen, 'an address in a later message', 'invalid');
};

const otherCaller: Make = (specimen, _body, dice) => {
  specimen.caller = dice.chance(0.6) ? stranger : undefined;
  // What belongs to nobody, or to the stranger, may be asked for.
  const harmless = specimen.caller === stranger && !specimen.path.includes(specimen.original.pid ?? ' ');
  return did(
    specimen,
    specimen.caller === undefined ? 'from nobody' : 'from a stranger',
    harmless ? 'open' : 'invalid',
  );
};

const messageMutations: readonly (readonly [weight: number, make: Make])[] = [
  [6, drop],
  [4, otherSpelling],
  [3, twice],
  [8, retype],
  [6, hostile],
  [12, deep],
  [1, abysmal],
  [4, context],
  [3, otherType],
  [4, addMembers],
  [4, anotherId],
  [4, replay],
  [2, swap],
  [4, otherPid],
  [3, otherPath],
  [2, callback],
  [4, otherCaller],
];
const total = messageMutations.reduce((sum, [weight]) => sum + weight, 0);

/** Changes what a message says. */
export function mutateMessage(specimen: Specimen, dice: Dice): boolean {
  if (specimen.body === undefined) return dice.pick([otherPath, otherCaller])(specimen, {}, dice);
  let at = dice.next() * total;
  for (const [weight, make] of messageMutations) {
    at -= weight;
    if (at < 0) return make(specimen, specimen.body, dice);
  }
  return false;
}
