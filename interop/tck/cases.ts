/**
 * The cases of the Dataspace Protocol TCK (2025-1): what the connector under test does in each, stage by stage, and which
 * transitions of its tables the case goes through. A case is known by its dataset, so every case has one of its own.
 */
export interface Case {
  /** As the kit displays it. */
  readonly id: string;
  /** What we do when the process enters a stage, the first time, the second time and so on; nothing unless told. */
  readonly script: Readonly<Partial<Record<string, readonly Act[]>>>;
  /** `role FROM TO`, the role that moves. */
  readonly moves: readonly string[];
}
export const acts = ['hold', 'proceed', 'offer', 'request', 'accept', 'terminate', 'suspend', 'complete'] as const;
export type Act = (typeof acts)[number];

const make =
  (prefix: string, kit: string) =>
  (number: string, script: Case['script'], ...moves: string[]): Case => ({
    id: `${kit}:${number}`,
    script: Object.fromEntries(Object.entries(script).map(([state, steps]) => [`${prefix}:${state}`, steps])),
    moves,
  });
const cn = make('provider', 'CN');
const cnC = make('consumer', 'CN_C');
const tp = make('provider', 'TP');
const tpC = make('consumer', 'TP_C');

const offered = 'provider REQUESTED OFFERED';
const countered = 'consumer OFFERED REQUESTED';
const accepted = 'consumer OFFERED ACCEPTED';
const agreed = 'provider REQUESTED AGREED';
const agreedAfter = 'provider ACCEPTED AGREED';
const verified = 'consumer AGREED VERIFIED';
const finalized = 'provider VERIFIED FINALIZED';
const ends = (role: 'provider' | 'consumer', state: string): string => `${role} ${state} TERMINATED`;

const offer = { REQUESTED: ['offer'] } as const;
const agree = { REQUESTED: ['proceed'] } as const;

/** Contract negotiations. The kit's other party is consumer in `CN`, provider in `CN_C`. */
export const negotiationCases: readonly Case[] = [
  cn('01-01', offer, offered, ends('consumer', 'OFFERED')),
  cn('01-02', { REQUESTED: ['offer', 'terminate'] }, offered, countered, ends('provider', 'REQUESTED')),
  cn(
    '01-03',
    { ...offer, ACCEPTED: ['proceed'], VERIFIED: ['proceed'] },
    offered,
    accepted,
    agreedAfter,
    verified,
    finalized,
  ),
  cn('01-04', { ...agree, VERIFIED: ['proceed'] }, agreed, verified, finalized),
  cn('02-01', { REQUESTED: ['terminate'] }, ends('provider', 'REQUESTED')),
  cn('02-02', {}, ends('consumer', 'REQUESTED')),
  cn('02-03', agree, agreed, ends('consumer', 'AGREED')),
  cn('02-04', offer, offered, ends('consumer', 'OFFERED')),
  cn('02-05', { ...offer, OFFERED: ['terminate'] }, offered, ends('provider', 'OFFERED')),
  cn('02-06', { ...offer, ACCEPTED: ['terminate'] }, offered, accepted, ends('provider', 'ACCEPTED')),
  cn('02-07', { ...agree, VERIFIED: ['terminate'] }, agreed, verified, ends('provider', 'VERIFIED')),
  cn('03-01', { ...agree, VERIFIED: ['proceed'] }, agreed, verified, finalized),
  cn('03-02', offer, offered),
  cn('03-03', offer, offered, accepted),
  cn('03-04', offer, offered, countered),
  cnC('01-01', { OFFERED: ['accept'], AGREED: ['proceed'] }, offered, accepted, agreedAfter, verified, finalized),
  cnC('01-02', { OFFERED: ['request'] }, offered, countered, ends('provider', 'REQUESTED')),
  cnC('01-03', { OFFERED: ['terminate'] }, offered, ends('consumer', 'OFFERED')),
  cnC('01-04', { AGREED: ['proceed'] }, agreed, verified, finalized),
  cnC('02-01', {}, ends('provider', 'REQUESTED')),
  cnC('02-02', { REQUESTED: ['terminate'] }, ends('consumer', 'REQUESTED')),
  cnC('02-03', { AGREED: ['terminate'] }, agreed, ends('consumer', 'AGREED')),
  cnC('02-04', {}, offered, ends('provider', 'OFFERED')),
  cnC('02-05', { OFFERED: ['accept'] }, offered, accepted, ends('provider', 'ACCEPTED')),
  cnC('02-06', { AGREED: ['proceed'] }, agreed, verified, ends('provider', 'VERIFIED')),
  cnC('03-01', {}),
  cnC('03-02', {}, offered),
  cnC('03-03', {}, offered),
  cnC('03-04', { OFFERED: ['accept'] }, offered, accepted),
  cnC('03-05', { OFFERED: ['accept'] }, offered, accepted),
  cnC('03-06', { OFFERED: ['accept'] }, offered, accepted, agreedAfter),
];

const started = 'provider REQUESTED STARTED';
const resumed = 'provider SUSPENDED STARTED';
const suspends = (role: 'provider' | 'consumer'): string => `${role} STARTED SUSPENDED`;
const completes = (role: 'provider' | 'consumer'): string => `${role} STARTED COMPLETED`;
const start = { REQUESTED: ['proceed'] } as const;

/** Transfer processes. The kit skips 02-04 of both, until DSP says who may resume what a consumer suspended. */
export const transferCases: readonly Case[] = [
  tp('01-01', { ...start, STARTED: ['terminate'] }, started, ends('provider', 'STARTED')),
  tp('01-02', { ...start, STARTED: ['complete'] }, started, completes('provider')),
  tp(
    '01-03',
    { ...start, STARTED: ['suspend'], SUSPENDED: ['terminate'] },
    ...[started, suspends('provider'), ends('provider', 'SUSPENDED')],
  ),
  tp(
    '01-04',
    { ...start, STARTED: ['suspend', 'complete'], SUSPENDED: ['proceed'] },
    ...[started, suspends('provider'), resumed, completes('provider')],
  ),
  tp('01-05', { REQUESTED: ['terminate'] }, ends('provider', 'REQUESTED')),
  tp('02-01', start, started, ends('consumer', 'STARTED')),
  tp('02-02', start, started, completes('consumer')),
  tp('02-03', start, started, suspends('consumer'), ends('consumer', 'SUSPENDED')),
  tp('02-05', {}, ends('consumer', 'REQUESTED')),
  tp('03-01', {}),
  tp('03-02', {}),
  tp('03-03', start, started, suspends('consumer')),
  tp('03-04', start, started, ends('consumer', 'STARTED')),
  tp('03-05', start, started, ends('consumer', 'STARTED')),
  tp('03-06', start, started, ends('consumer', 'STARTED')),
  tpC('01-01', {}, started, ends('provider', 'STARTED')),
  tpC('01-02', {}, started, completes('provider')),
  tpC('01-03', {}, started, suspends('provider'), ends('provider', 'SUSPENDED')),
  tpC('01-04', {}, started, suspends('provider'), resumed, completes('provider')),
  tpC('01-05', {}, ends('provider', 'REQUESTED')),
  tpC('02-01', { STARTED: ['terminate'] }, started, ends('consumer', 'STARTED')),
  tpC('02-02', { STARTED: ['complete'] }, started, completes('consumer')),
  tpC(
    '02-03',
    { STARTED: ['suspend'], SUSPENDED: ['terminate'] },
    ...[started, suspends('consumer'), ends('consumer', 'SUSPENDED')],
  ),
  tpC('02-05', { REQUESTED: ['terminate'] }, ends('consumer', 'REQUESTED')),
  tpC('03-01', {}),
  tpC('03-02', {}),
  tpC('03-03', {}, started, suspends('provider')),
  tpC('03-04', {}, started, ends('provider', 'STARTED')),
  tpC('03-05', {}, started, ends('provider', 'STARTED')),
  tpC('03-06', {}, started, ends('provider', 'STARTED')),
];

/** The local name of a case's dataset: `CN:01-01` is `ACN0101`, as in the kit's own sample, and `TP_C:01-01` is `ATPC0101`. */
export function datasetOf({ id }: Pick<Case, 'id'>): string {
  return `A${id.replace(/[:_-]/g, '')}`;
}

/** What the keys of a case begin with in the kit's configuration. */
export function keyOf({ id }: Pick<Case, 'id'>): string {
  return id.replace(/[:-]/g, '_');
}
