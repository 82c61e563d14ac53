import type { Identity, Role } from '@causeway/certs/peer';
import { tilePath } from '@causeway/evidence';
import { dspSamples, firstMessages } from './dsp-messages.js';
import type { Endpoint } from './probed-space.js';
import type { Pids, Story } from './probed-story.js';
import { askHttp, type Credentials, type HttpProbe, type Outcome, shown } from './probes.js';
import type { Request, Rule, Rules, Scene } from './scene.js';

interface Call extends Partial<Pick<HttpProbe, 'method' | 'headers'>> {
  readonly caller: Identity;
  readonly at: Endpoint;
  readonly path: string;
  readonly body?: object;
}

const answered =
  (...statuses: number[]) =>
  (outcome: Outcome) =>
    outcome.kind === 'http' && statuses.includes(outcome.status);

/** What an authorised peer is told of a process that has ended: nothing of it changes any more. */
const ended = (outcome: Outcome) =>
  outcome.kind === 'http' && (outcome.status < 300 || (outcome.status === 400 && outcome.code === 'STATE_INVALID'));

function rule(roles: Rule['roles'], call: (scene: Scene) => Promise<Call>, good = answered(200)): Rule {
  return {
    roles,
    async request(scene): Promise<Request> {
      const { caller, at, path, body, headers, method = body === undefined ? 'GET' : 'POST' } = await call(scene);
      const usual: Credentials = roles === 'anybody' ? {} : shown(caller);
      return {
        ...{ caller, at, good },
        send: (change = {}) =>
          askHttp({
            ...{ method, path, port: change.port ?? at.port, credentials: change.credentials ?? usual },
            ...(body && { body: JSON.stringify(body) }),
            headers: { ...headers, ...change.headers },
          }),
      };
    },
  };
}

const members: readonly Role[] = ['participant', 'auditor'];
const participants: readonly Role[] = ['participant'];

const enrolmentAt = ({ probed }: Scene) => probed.endpoint(probed.space.authority.home, 'enrolment');
const readsAt = ({ probed }: Scene) => probed.endpoint(probed.space.broker.home, 'broker-reads');
const logAt = ({ probed }: Scene) => probed.endpoint(probed.space.clearingHouse.home, 'log');
const dspAt = ({ probed }: Scene, firm: string) => probed.endpoint(probed.space.connector(firm).home, 'dsp');

const authorityRules: Rules = {
  'authority enrolment GET /v1/trust': rule('anybody', async (scene) => ({
    ...{ caller: scene.newcomer, at: enrolmentAt(scene), path: '/v1/trust' },
  })),
  // Without an invitation's code there is nothing good to send: what is answered is that, not a want of certificates.
  'authority enrolment POST /v1/enrolments': rule(
    'anybody',
    async (scene) => ({ caller: scene.newcomer, at: enrolmentAt(scene), path: '/v1/enrolments', body: {} }),
    answered(400),
  ),
  'authority enrolment GET /v1/enrolments/:id': rule(
    'anybody',
    async (scene) => ({
      ...{ caller: scene.newcomer, at: enrolmentAt(scene), path: '/v1/enrolments/nothing' },
      headers: { authorization: `Bearer ${'x'.repeat(43)}` },
    }),
    answered(404),
  ),
  'authority enrolment POST /v1/tokens': rule(
    ['participant', 'broker', 'clearing-house', 'auditor'],
    async (scene) => ({
      ...{ caller: scene.story.hydraulics, at: enrolmentAt(scene), path: '/v1/tokens' },
      body: { audience: scene.story.oem.id },
    }),
  ),
  'authority enrolment POST /v1/probes': rule(participants, async (scene) => ({
    ...{ caller: scene.story.hydraulics, at: enrolmentAt(scene), path: '/v1/probes' },
    body: { address: `localhost:${dspAt(scene, 'hydraulics').port}` },
  })),
};

const brokerRules: Rules = {
  'broker broker-reads GET /v1/search': rule(members, async (scene) => ({
    ...{ caller: scene.newcomer, at: readsAt(scene), path: '/v1/search?q=secret' },
  })),
  'broker broker-reads GET /v1/datasets/:id': rule(members, async (scene) => ({
    ...{ caller: scene.newcomer, at: readsAt(scene), path: `/v1/datasets/${scene.story.secret}` },
  })),
  'broker broker-reads GET /v1/participants/:id': rule(members, async (scene) => ({
    ...{ caller: scene.newcomer, at: readsAt(scene), path: `/v1/participants/${scene.story.oem.id}` },
  })),
};

async function firstTile(scene: Scene): Promise<string> {
  const { port } = logAt(scene);
  const note = await askHttp({ port, method: 'GET', path: '/checkpoint', credentials: {} });
  const size = note.kind === 'http' ? Number(note.body.split('\n')[1]) : 0;
  return `/${tilePath(0, 0n, Math.min(size, 256))}`;
}

const logRules: Rules = {
  'clearing-house log GET /checkpoint': rule('anybody', async (scene) => ({
    ...{ caller: scene.newcomer, at: logAt(scene), path: '/checkpoint' },
  })),
  'clearing-house log GET /tile/*': rule('anybody', async (scene) => ({
    ...{ caller: scene.newcomer, at: logAt(scene), path: await firstTile(scene) },
  })),
};

const base = '/dsp/2025-1';

/** A DSP request from one side of the story to the other, with the sender's token. */
function dsp(
  to: 'oem' | 'hydraulics',
  call: (story: Story) => Pick<Call, 'path' | 'body'>,
  good?: (outcome: Outcome) => boolean,
): Rule {
  return rule(
    participants,
    async (scene) => {
      const { probed, story } = scene;
      const { path, body } = call(story);
      const caller = to === 'oem' ? story.hydraulics : story.oem;
      const token = await probed.trust.token({ subject: caller, audience: story[to].id });
      const headers = { authorization: `Bearer ${token}` };
      return { caller, at: dspAt(scene, to), path: `${base}${path}`, headers, ...(body && { body }) };
    },
    good,
  );
}

/** The receiver's own pid stands in the path. */
export function samplePath(path: string, side: 'provider' | 'consumer', pids: Pids): string {
  return path.replace(':pid', side === 'provider' ? pids.providerPid : pids.consumerPid);
}

const dspRules: Rules = {
  'connector dsp GET /dsp/.well-known/dspace-version': rule('anybody', async (scene) => ({
    ...{ caller: scene.newcomer, at: dspAt(scene, 'oem'), path: '/dsp/.well-known/dspace-version' },
  })),
  [`connector dsp POST ${base}/catalog/request`]: dsp('oem', () => ({
    ...{ path: '/catalog/request', body: firstMessages.catalog() },
  })),
  [`connector dsp GET ${base}/catalog/datasets/:pid`]: dsp('oem', ({ secret }) => ({
    path: `/catalog/datasets/${secret}`,
  })),
  [`connector dsp POST ${base}/negotiations/request`]: dsp(
    'oem',
    ({ secret, negotiation }) => ({
      ...{ path: '/negotiations/request', body: firstMessages.request(secret, negotiation.consumerPid) },
    }),
    ended,
  ),
  [`connector dsp POST ${base}/negotiations/offers`]: dsp(
    'hydraulics',
    ({ secret, negotiation }) => ({
      ...{ path: '/negotiations/offers', body: firstMessages.offer(secret, negotiation.providerPid) },
    }),
    ended,
  ),
  [`connector dsp GET ${base}/negotiations/:pid`]: dsp('oem', ({ negotiation }) => ({
    path: `/negotiations/${negotiation.providerPid}`,
  })),
  [`connector dsp POST ${base}/transfers/request`]: dsp(
    'oem',
    (story) => ({
      path: '/transfers/request',
      body: firstMessages.transfer(story.agreement.id, story.ended.consumerPid),
    }),
    ended,
  ),
  [`connector dsp GET ${base}/transfers/:pid`]: dsp('oem', ({ running }) => ({
    path: `/transfers/${running.providerPid}`,
  })),
  ...Object.fromEntries(
    Object.entries(dspSamples).map(([path, { side, process, message }]) => [
      `connector dsp POST ${base}${path}`,
      dsp(
        side === 'provider' ? 'oem' : 'hydraulics',
        (story) => {
          const pids = process === 'negotiation' ? story.negotiation : story.ended;
          return { path: samplePath(path, side, pids), body: message(story, bare(pids)) };
        },
        ended,
      ),
    ]),
  ),
};

const dataAt = ({ probed }: Scene) => probed.endpoint(probed.space.connector('oem').home, 'data');
const dataPath = ({ story }: Scene) => `/data/${story.fetched.providerPid.slice('urn:uuid:'.length)}`;

/** A token for the data of a transfer, as its provider gives it to this consumer's certificate. */
async function dataToken(scene: Scene): Promise<string> {
  const credentials = shown(scene.story.hydraulics);
  const path = `${dataPath(scene)}/token`;
  const minted = await askHttp({ port: dataAt(scene).port, method: 'POST', path, credentials });
  if (minted.kind !== 'http') throw new TypeError(`expected a token; the call was ${minted.kind}`);
  return (JSON.parse(minted.body) as { token: string }).token;
}

const dataRules: Rules = {
  'connector data GET /data/:id': rule(
    participants,
    async (scene) => ({
      ...{ caller: scene.story.hydraulics, at: dataAt(scene), path: dataPath(scene) },
      // Later tests need a transfer that has not come to its end.
      headers: { authorization: `Bearer ${await dataToken(scene)}`, range: 'bytes=0-9' },
    }),
    answered(206),
  ),
  'connector data POST /data/:id/token': rule(participants, async (scene) => ({
    ...{ caller: scene.story.hydraulics, at: dataAt(scene), path: `${dataPath(scene)}/token`, body: {} },
  })),
};

/** Without whatever else a story knows of the process. */
export const bare = ({ providerPid, consumerPid }: Pids): Pids => ({ providerPid, consumerPid });

/** Every HTTPS route there is. */
export const httpRules: Rules = { ...authorityRules, ...brokerRules, ...logRules, ...dspRules, ...dataRules };
