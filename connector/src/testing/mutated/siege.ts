import type { Identity } from '@causeway/certs/peer';
import { Dice } from './dice.js';
import { Line } from './line.js';
import { mutateMessage } from './mutations.js';
import { type Original, originals } from './original.js';
import { mutatePolicy } from './policies.js';
import { bodyOf, type Specimen, type Standing } from './specimen.js';
import { misconduct, type Official } from './verdict.js';
import { mutateWire } from './wire.js';
import { World } from './world.js';

/** What came of messages, to be added up over rounds. */
export interface Tally {
  messages: number;
  /** By what was known of them, and by how they were answered. */
  readonly standings: Record<Standing, number>;
  readonly answers: Record<string, number>;
  /** Messages that moved a process, as they may. */
  moved: number;
  /** The longest that one answer took, and what was asked. */
  slowest: { ms: number; what: string };
  readonly failures: Failure[];
}

export interface Failure {
  readonly what: string;
  /** What is needed to send this message again. */
  readonly seed: number;
  readonly round: number;
  readonly message: number;
  readonly request: string;
}

export interface Siege {
  readonly identities: { readonly provider: Identity; readonly consumer: Identity };
  readonly seed: number;
  readonly round: number;
  readonly messages: number;
  readonly official?: Official;
  /** Only the message of this number. */
  readonly only?: number;
  readonly deadlineMs?: number;
  /** Failures after which it is enough. */
  readonly most?: number;
}

export function emptyTally(): Tally {
  return {
    ...{ messages: 0, moved: 0, slowest: { ms: 0, what: '' }, failures: [] },
    ...{ standings: { valid: 0, invalid: 0, open: 0 }, answers: {} },
  };
}

/**
 * One world (in every fourth round one whose connectors decide by policy what comes next), and so many messages that were valid before they were mutated, one after the other to its provider and its consumer. After
 * each one what it has written is judged, and undone; at the end every valid message has to do what it should, and nothing else may
 * have changed.
 */
export async function besiege(siege: Siege, tally: Tally = emptyTally()): Promise<Tally> {
  const deciding = siege.round % 4 === 3;
  await using world = await World.build(siege.identities, siege.round, deciding);
  const all = await originals(world);
  // Most messages are not legal in most states, and what is refused for its state is not looked at much further.
  const legal = all.filter(({ meaning }) => meaning === 'moves' || meaning === 'opens');
  const attack = new Attack(world, siege, tally, deciding);
  try {
    const [from, to] = siege.only === undefined ? [0, siege.messages] : [siege.only, siege.only + 1];
    for (let at = from; at < to && tally.failures.length < (siege.most ?? 20); at++) {
      const dice = new Dice(siege.seed, siege.round, at);
      await attack.send(mutated(dice.pick(dice.chance(0.5) ? legal : all), dice), at);
    }
    for (const [at, original] of all.entries())
      await attack.send(whole(original, new Dice(siege.seed, siege.round, -1, at)), -1 - at);
    await attack.nothingStrays();
  } finally {
    attack.close();
  }
  return tally;
}

/** A message as the standard has it, with an id that nobody has used. */
function whole(original: Original, dice: Dice): Specimen {
  const { method, path, caller } = original;
  const body = original.body === undefined ? undefined : structuredClone(original.body);
  // What was really sent keeps the id it was sent with, for it is signed.
  if (String(body?.['@id']).startsWith('urn:uuid:')) {
    if (body) body['@id'] = dice.uuid();
  }
  for (const name of ['providerPid', 'consumerPid']) {
    if (body?.[name] === 'urn:uuid:fresh-process') body[name] = dice.uuid();
  }
  const headers: [string, string][] = body === undefined ? [] : [['Content-Type', 'application/json']];
  return { original, standing: 'valid', deeds: [], method, path, caller, headers, body };
}

function mutated(original: Original, dice: Dice): Specimen {
  const specimen = whole(original, dice);
  const shape = dice.next();
  const policy = original.body?.['offer'] !== undefined || original.body?.['agreement'] !== undefined;
  // One in fifty stays as it is, so that what is refused is never refused because everything is.
  if (shape < 0.02) return specimen;
  const changes = 1 + (dice.chance(0.3) ? 1 + dice.below(3) : 0);
  for (let change = 0; change < changes && specimen.standing !== 'invalid' && specimen.text === undefined; change++) {
    if (policy && dice.chance(0.5)) mutatePolicy(specimen, dice);
    else if (shape < 0.75) mutateMessage(specimen, dice);
  }
  if (shape > 0.7) mutateWire(specimen, dice);
  return specimen;
}

class Attack {
  readonly #world: World;
  readonly #siege: Siege;
  readonly #tally: Tally;
  readonly #deciding: boolean;
  readonly #lines: Readonly<Record<'provider' | 'consumer', Line>>;

  constructor(world: World, siege: Siege, tally: Tally, deciding: boolean) {
    this.#deciding = deciding;
    this.#world = world;
    this.#siege = siege;
    this.#tally = tally;
    const deadline = siege.deadlineMs ?? 10_000;
    this.#lines = {
      provider: new Line(world.provider.port, deadline),
      consumer: new Line(world.consumer.port, deadline),
    };
  }

  async send(specimen: Specimen, at: number): Promise<void> {
    const { side } = specimen.original;
    const { ledger, party } = this.#world[side];
    const bytes = written(specimen);
    const standing = this.#standing(specimen);
    const begun = performance.now();
    // What is no HTTP, or not all of a request, may wait for more for ever.
    const patience = specimen.http ? { deadlineMs: 500 } : {};
    const options = { head: specimen.method === 'HEAD', last: specimen.breaksOff === true, ...patience };
    const reply = await this.#lines[side].ask(bytes, options);
    if (specimen.http) this.#lines[side].close();
    const { queue } = party.plane;
    if (ledger.effects().length > 0) await queue.idle();
    const effects = ledger.effects();
    const undone = queue.backlog().depth;
    const ms = performance.now() - begun;
    await ledger.restore(party.store);
    party.dataPlane.pulled.length = 0;
    party.dataPlane.stopped.length = 0;

    const tally = this.#tally;
    const what = `${specimen.original.name}: ${specimen.deeds.join(', ') || 'as it is'}`;
    tally.messages += 1;
    tally.standings[standing] += 1;
    const answer = reply.kind === 'answer' ? String(reply.status) : reply.kind;
    tally.answers[answer] = (tally.answers[answer] ?? 0) + 1;
    if (effects.length > 0) tally.moved += 1;
    if (ms > tally.slowest.ms) tally.slowest = { ms, what };
    const judged = { specimen, standing, reply, effects, deciding: this.#deciding };
    const wrong = undone > 0 ? `${undone} pieces of work are left undone` : misconduct(judged, this.#siege.official);
    if (wrong !== undefined) this.#fail(`${wrong} | ${standing} ${what}`, at, bytes);
  }

  async nothingStrays(): Promise<void> {
    for (const { ledger, party } of this.#world.both) {
      const strays = await ledger.strays(party.store);
      if (strays.length > 0)
        this.#fail(`${strays.length} entries are not as they were, at ${party.id}`, -1, Buffer.alloc(0));
    }
  }

  close(): void {
    this.#lines.provider.close();
    this.#lines.consumer.close();
  }

  /** By how it was made; where that leaves it open, by the schema of the standard, if it is at hand. */
  #standing({ standing, body, text, bytes, raw, method, original }: Specimen): Standing {
    const { official } = this.#siege;
    if (standing !== 'open' || official === undefined || body === undefined) return standing;
    if (text !== undefined || bytes !== undefined || raw !== undefined || method !== original.method) return standing;
    return typeof body['@type'] === 'string' && official(body) === '' ? 'open' : 'invalid';
  }

  #fail(what: string, message: number, bytes: Buffer): void {
    const { seed, round } = this.#siege;
    this.#tally.failures.push({ what, seed, round, message, request: bytes.toString('latin1').slice(0, 3_000) });
  }
}

function written(specimen: Specimen): Buffer {
  const body = bodyOf(specimen);
  const head = [
    `${specimen.method} ${specimen.path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...(specimen.caller === undefined ? [] : [`Authorization: ${specimen.caller}`]),
    ...specimen.headers.map(([name, value]) => `${name}: ${value}`),
    ...(body.length === 0 && specimen.body === undefined ? [] : [`Content-Length: ${body.length}`]),
  ];
  if (specimen.raw !== undefined) return specimen.raw(head, body);
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}
