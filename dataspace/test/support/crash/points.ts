import type { ServiceName, Wire } from './crash-space.js';
import type { Job, Shown, Side } from './job.js';
import { soon, until } from './until.js';

/** What a wire holds when the kill comes: the message (saved, not delivered) or its answer (delivered, not acknowledged). */
export const moments = ['committed', 'delivered'] as const;
export type Moment = (typeof moments)[number];

/** A message of the main job, how to stop the world at its moments, and how that shows from outside. */
export interface Point {
  readonly message: string;
  readonly sender: ServiceName;
  readonly receiver: ServiceName;
  /** When the stop comes: before the bytes flow, while they do, or after. */
  readonly stage: 'before' | 'during' | 'after';
  /**
   * Goes on with the job until this moment and stops there. Resolves when what both sides show proves it, with what they
   * show; the wires still hold.
   */
  reach(job: Job, moment: Moment, midway: number): Promise<string>;
}

// HTTP/2 keeps its books in records of some ten bytes; a token, an envelope or a head takes hundreds.
const message = 400;

/** Messages of the Dataspace Protocol go to and fro, so each is held until the next is awaited at the other end. */
const dspMessages = [
  {
    message: 'ContractRequest',
    kind: 'negotiations',
    committed: [['REQUESTED'], ['none']],
    delivered: [['REQUESTED'], ['REQUESTED', 'AGREED']],
  },
  {
    message: 'ContractAgreement',
    kind: 'negotiations',
    committed: [['AGREED'], ['REQUESTED']],
    delivered: [['AGREED'], ['AGREED', 'VERIFIED']],
  },
  {
    message: 'AgreementVerification',
    kind: 'negotiations',
    committed: [['VERIFIED'], ['AGREED']],
    delivered: [['VERIFIED'], ['VERIFIED', 'FINALIZED']],
  },
  {
    message: 'Event FINALIZED',
    kind: 'negotiations',
    committed: [['FINALIZED'], ['VERIFIED']],
    delivered: [['FINALIZED'], ['FINALIZED']],
  },
  {
    message: 'TransferRequest',
    kind: 'transfers',
    committed: [['REQUESTED'], ['none']],
    delivered: [['REQUESTED'], ['REQUESTED', 'STARTED']],
  },
  {
    message: 'TransferStart',
    kind: 'transfers',
    committed: [['STARTED'], ['REQUESTED']],
    delivered: [['STARTED'], ['STARTED']],
  },
  {
    message: 'TransferCompletion',
    kind: 'transfers',
    committed: [['STARTED→COMPLETED'], ['STARTED']],
    delivered: [['STARTED→COMPLETED'], ['COMPLETED']],
  },
] as const;

const firstOfTransfer = 4;
const receiverOf = (place: number): Side => (place % 2 === 0 ? 'provider' : 'consumer');
const otherSide = (side: Side): Side => (side === 'provider' ? 'consumer' : 'provider');
const stateOf = (shown: Shown | undefined): string =>
  shown === undefined ? 'none' : shown.intent === undefined ? shown.state : `${shown.state}→${shown.intent}`;

function dspPoint(place: number): Point {
  const { message: name, kind, ...expected } = dspMessages[place] as (typeof dspMessages)[number];
  const receiver = receiverOf(place);
  const sender = otherSide(receiver);
  const stage = name === 'TransferCompletion' ? 'after' : 'before';
  const look = async (job: Job, moment: Moment) => {
    const [sent, got] = [await job.shown(sender, kind), await job.shown(receiver, kind)];
    const [atSender, atReceiver]: readonly (readonly string[])[] = expected[moment];
    const there = atSender?.includes(stateOf(sent)) && atReceiver?.includes(stateOf(got)) && sent?.inDoubt;
    return there ? `${sender} ${stateOf(sent)} in doubt, ${receiver} ${stateOf(got)}` : undefined;
  };
  return {
    ...{ message: name, sender, receiver, stage },
    async reach(job, moment) {
      const wire = (at: number) => job.space.wire(receiverOf(at));
      wire(0).trap();
      wire(1).trap();
      await job.ask();
      for (let at = 0; ; at += 1) {
        if (at === firstOfTransfer) await job.askTransfer();
        await soon(`${job.name}: ${dspMessages[at]?.message}`, wire(at).caught('request'));
        // The world stands still at this message: the one after the next is awaited before this one goes on.
        wire(at + 1).trap();
        if (at === place) break;
        wire(at).release('request');
      }
      if (moment === 'delivered') await answerHeld(job, receiver);
      return until(`${job.name}: ${name} ${moment}`, () => look(job, moment));
    },
  };
}

/** What is caught on a wire goes on; its answer does not. */
async function answerHeld(job: Job, on: Wire): Promise<void> {
  const wire = job.space.wire(on);
  wire.hold('answer');
  wire.release('request');
  await soon(`${job.name}: an answer on the wire to the ${on}`, wire.caught('answer'));
}

/**
 * Envelopes that are submitted to the clearing house: what was saved shows as unlogged, what was delivered in the log's
 * size. A lane sends one envelope at a time, so not all of them are under way.
 */
async function submitted(job: Job, moment: Moment, senders: readonly Side[], before: number): Promise<string> {
  const wire = job.space.wire('clearing-house');
  for (const side of senders) {
    await until(`${job.name}: an envelope of the ${side} to log`, async () => (await job.unlogged(side)) > 0);
  }
  await soon(`${job.name}: a submission`, wire.caught('request'));
  if (moment === 'delivered') {
    await answerHeld(job, 'clearing-house');
    await until(`${job.name}: more leaves`, async () => (await job.space.logSize()) > before);
  }
  const waiting = await Promise.all(senders.map(async (side) => `${side} ${await job.unlogged(side)} unlogged`));
  const size = await job.space.logSize();
  if (moment === 'committed' && size !== before) throw new Error(`${job.name}: the submission passed`);
  return `${waiting.join(', ')}, log ${before} → ${size}`;
}

const submitAgreement: Point = {
  ...{ message: 'Submit agreement', sender: 'provider', receiver: 'clearing-house', stage: 'before' },
  async reach(job, moment) {
    await job.logged();
    const before = await job.space.logSize();
    job.space.wire('clearing-house').trap(message);
    await job.ask();
    for (const side of ['consumer', 'provider'] as const) await job.ended(side, 'negotiations');
    return submitted(job, moment, ['provider', 'consumer'], before);
  },
};

const submitStart: Point = {
  ...{ message: 'Submit start', sender: 'provider', receiver: 'clearing-house', stage: 'before' },
  async reach(job, moment) {
    await job.ask();
    await job.ended('provider', 'negotiations');
    await job.ended('consumer', 'negotiations');
    await job.logged();
    const before = await job.space.logSize();
    job.space.wire('clearing-house').trap(message);
    await job.askTransfer();
    await job.sees('consumer', 'transfers', 'STARTED', ({ state }) => state === 'STARTED');
    return submitted(job, moment, ['provider'], before);
  },
};

const submitEnd: Point = {
  ...{ message: 'Submit end', sender: 'provider', receiver: 'clearing-house', stage: 'after' },
  async reach(job, moment, midway) {
    await streaming(job, midway);
    await job.logged();
    const before = await job.space.logSize();
    job.space.wire('clearing-house').trap(message);
    job.space.wire('exchange').release();
    for (const side of ['consumer', 'provider'] as const) {
      await job.sees(side, 'transfers', 'COMPLETED', ({ state }) => state === 'COMPLETED');
    }
    return submitted(job, moment, ['provider', 'consumer'], before);
  },
};

/** The stream stands still with some of the bytes received. */
export async function streaming(job: Job, midway: number): Promise<string> {
  const wire = job.space.wire('exchange');
  wire.slow(131_072);
  wire.holdAfter(Math.floor(job.goods.bytes * midway));
  await job.ask();
  await job.askTransfer();
  await soon(`${job.name}: a stream`, wire.caught('answer'));
  return midstream(job);
}

/** That the consumer has some of the bytes and not all. */
async function midstream(job: Job): Promise<string> {
  const received = await until(`${job.name}: some bytes on disk`, async () => {
    const found = await job.received();
    return found > 0 && found;
  });
  if (received >= job.goods.bytes) throw new Error(`${job.name}: all ${received} bytes had been received`);
  return `${received} of ${job.goods.bytes} bytes`;
}

const open: Point = {
  ...{ message: 'Pull Open', sender: 'consumer', receiver: 'provider', stage: 'before' },
  async reach(job, moment) {
    const wire = job.space.wire('exchange');
    wire.trap(message);
    await job.ask();
    await job.askTransfer();
    await soon(`${job.name}: an opening`, wire.caught('request'));
    const consumer = await job.sees('consumer', 'transfers', 'STARTED', ({ state }) => state === 'STARTED');
    if (moment === 'committed') return `consumer ${consumer.state}, provider sends nothing, 0 bytes received`;
    wire.hold('answer');
    wire.release('request');
    const sends = await job.sees('provider', 'transfers', 'sending', ({ bytes = 0 }) => bytes > 0);
    await soon(`${job.name}: what opens the stream`, wire.caught('answer'));
    const received = await job.received();
    if (received > 0) throw new Error(`${job.name}: the answer passed`);
    return `provider sends (${sends.bytes} bytes), 0 bytes received`;
  },
};

const closing: Point = {
  ...{ message: 'Pull Closing', sender: 'provider', receiver: 'consumer', stage: 'during' },
  async reach(job, moment) {
    // So little is left that it fits into the buffers on the way: the provider closes while the last bytes travel.
    const shown = await streaming(job, 0.9);
    const provider = await job.sees('provider', 'transfers', 'closed', ({ digest }) => digest !== undefined);
    if (moment === 'committed') return `provider's end saved, ${provider.state}, ${shown}`;
    return receiptHeld(job);
  },
};

/** The closing statement was delivered; the consumer has signed and saved, and its receipt is held. */
async function receiptHeld(job: Job): Promise<string> {
  const wire = job.space.wire('exchange');
  wire.trap(message);
  wire.release('answer');
  await soon(`${job.name}: a receipt`, wire.caught('request'));
  const consumer = await job.sees('consumer', 'transfers', 'placed', ({ stage }) => stage === 'placed');
  const provider = await job.shown('provider', 'transfers');
  if (provider?.endLogIndex !== undefined) throw new Error(`${job.name}: the receipt passed`);
  return `consumer ${stateOf(consumer)} ${consumer.stage}, provider ${stateOf(provider)} without a receipt`;
}

const receipt: Point = {
  ...{ message: 'Pull Receipt', sender: 'consumer', receiver: 'provider', stage: 'after' },
  async reach(job, moment, midway) {
    await streaming(job, midway);
    const shown = await receiptHeld(job);
    if (moment === 'committed') return shown;
    await answerHeld(job, 'exchange');
    const provider = await job.sees(
      'provider',
      'transfers',
      'receipted',
      ({ endLogIndex }) => endLogIndex !== undefined,
    );
    const consumer = await job.shown('consumer', 'transfers');
    if (stateOf(consumer) !== 'STARTED') throw new Error(`${job.name}: the consumer heard that the stream is closed`);
    return `provider ${stateOf(provider)} with the receipt, consumer ${stateOf(consumer)}`;
  },
};

/** What the broker holds of the provider: the sequence of its head, as its payload says it. */
async function headSequence(job: Job): Promise<number> {
  const { body } = await job.space.ask(
    'broker',
    'broker',
    'broker-reads',
    `/v1/participants/${job.space.id('provider')}`,
    'consumer',
  );
  const { head } = JSON.parse(body) as { head: string };
  const payload = Buffer.from(head.split('.')[1] ?? '', 'base64url').toString('utf8');
  return Number((JSON.parse(payload) as { sequence: string }).sequence);
}

async function listed(job: Job, dataset: string): Promise<boolean> {
  const { status } = await job.space.ask('broker', 'broker', 'broker-reads', `/v1/datasets/${dataset}`, 'consumer');
  return status === 200;
}

/** The moment after a heartbeat: the next is a whole interval away. */
async function afterHeartbeat(job: Job): Promise<number> {
  const before = await headSequence(job);
  return until(`${job.name}: a heartbeat`, async () => {
    const sequence = await headSequence(job);
    return sequence > before && sequence;
  });
}

const register: Point = {
  ...{ message: 'Broker Register', sender: 'provider', receiver: 'broker', stage: 'during' },
  async reach(job, moment, midway) {
    const shown = await streaming(job, midway);
    await afterHeartbeat(job);
    const wire = job.space.wire('broker');
    wire.trap(message);
    const { id } = await job.publish(`listed-${job.name}`, true, job.goods.file);
    await soon(`${job.name}: a registration`, wire.caught('request'));
    if (moment === 'delivered') {
      await answerHeld(job, 'broker');
      await until(`${job.name}: ${id} at the broker`, () => listed(job, id));
      return `the broker lists ${id}, ${shown}`;
    }
    if (await listed(job, id)) throw new Error(`${job.name}: the registration passed`);
    return `the broker does not list ${id}, ${shown}`;
  },
};

const heartbeat: Point = {
  ...{ message: 'Broker Heartbeat', sender: 'provider', receiver: 'broker', stage: 'during' },
  async reach(job, moment, midway) {
    const shown = await streaming(job, midway);
    const sequence = await afterHeartbeat(job);
    const wire = job.space.wire('broker');
    wire.trap(message);
    await soon(`${job.name}: a heartbeat`, wire.caught('request'));
    if (moment === 'delivered') {
      await answerHeld(job, 'broker');
      await until(`${job.name}: the next head at the broker`, async () => (await headSequence(job)) > sequence);
    }
    return `the broker holds head ${sequence} → ${await headSequence(job)}, ${shown}`;
  },
};

const token: Point = {
  ...{ message: 'Attribute token', sender: 'consumer', receiver: 'authority', stage: 'before' },
  async reach(job, moment) {
    const wire = job.space.wire('authority');
    wire.trap();
    await job.ask();
    await soon(`${job.name}: a request for a token`, wire.caught('request'));
    if (moment === 'delivered') await answerHeld(job, 'authority');
    const [consumer, provider] = [
      await job.shown('consumer', 'negotiations'),
      await job.shown('provider', 'negotiations'),
    ];
    if (provider !== undefined) throw new Error(`${job.name}: the contract request went without a token`);
    return `consumer ${stateOf(consumer)} in doubt, provider ${stateOf(provider)}, the token ${moment === 'delivered' ? 'under way' : 'asked for'}`;
  },
};

/** Every message of the main job that is saved, sent and acknowledged. */
export const points: readonly Point[] = [
  ...dspMessages.map((_, place) => dspPoint(place)),
  submitAgreement,
  submitStart,
  submitEnd,
  open,
  closing,
  receipt,
  register,
  heartbeat,
  token,
];
