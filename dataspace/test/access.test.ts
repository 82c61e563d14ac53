import { afterAll, beforeAll, describe } from 'vitest';
import { certificates } from './support/access/certificates.js';
import { impostors } from './support/access/impostors.js';
import { whatIsOpen } from './support/access/open.js';
import { others } from './support/access/others.js';
import { plainHttp } from './support/access/plain.js';
import { whatIsServed } from './support/access/served.js';
import { tokens } from './support/access/tokens.js';
import { Detours } from './support/detours.js';
import { ProbedSpace } from './support/probed-space.js';
import { tellStory } from './support/probed-story.js';
import type { Scene } from './support/scene.js';

// One space for all of it: six processes, their ports as `causeway status --json` names them, every method and route there is.

const firms = [
  { name: 'oem', title: 'Manufacturer' },
  { name: 'hydraulics', title: 'Hydraulics' },
  { name: 'heat-treatment', title: 'Heat treatment' },
];

let scene: Scene;
let detours: Detours;

beforeAll(async () => {
  // Nobody is where the manufacturer's exchange is announced at first: a transfer that has started stays started.
  detours = await Detours.open('oem');
  const settings = async (name: string, ports: Readonly<Record<string, number>>) => ({
    ...(name === 'hydraulics' ? { logMonitor: '500ms' } : {}),
    ...(await detours.settings(name, ports)),
  });
  const probed = await ProbedSpace.start(firms, { settings, prepare: (space) => detours.announce(space) });
  const newcomer = await probed.trust.identity('urn:causeway:newcomer', 'participant');
  scene = { probed, newcomer, story: await tellStory(probed) };
});

afterAll(async () => {
  await scene?.probed[Symbol.asyncDispose]();
  await detours?.[Symbol.asyncDispose]();
});

describe('what is served', () => whatIsServed(() => scene));
describe('what is open without a certificate', () => whatIsOpen(() => scene));
describe('a certificate', () => certificates(() => scene));
describe("somebody else's token", () => tokens(() => scene));
describe("somebody else's things", () => others(() => scene));
describe('plain HTTP', () => plainHttp(() => scene));
describe('a connector sends no byte to', () =>
  impostors(
    () => scene,
    () => detours,
  ));
