import { managementSchemas as ofBroker } from '@causeway/broker';
import { managementSchemas as ofConnector } from '@causeway/connector';

/** JSON Schema 2020-12, as far as it is used here. */
type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const id: Schema = { ...text, description: 'An absolute IRI, such as urn:causeway:oem' };
const file: Schema = { ...text, description: 'Absolute path' };
const digest: Schema = { ...text, pattern: '^sha-256:[0-9a-f]{64}$' };
const instant: Schema = { type: 'integer', description: 'Milliseconds since 1970-01-01T00:00:00Z' };
const count: Schema = { type: 'integer', minimum: 0 };
const flag: Schema = { type: 'boolean' };
const next: Schema = { ...text, description: 'For --cursor, where the list goes on' };
const words: Schema = ref('Words');

function ref(name: string): Schema {
  return { $ref: `#/$defs/${name}` };
}

function array(items: Schema): Schema {
  return { type: 'array', items };
}

/** An object of these members and no others; those whose name ends in `?` may be absent. */
function object(members: Readonly<Record<string, Schema>>): Schema {
  return { ...open(members), additionalProperties: false };
}

/** An object of these members, and perhaps others. */
function open(members: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(members);
  return {
    type: 'object',
    required: names.filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(Object.entries(members).map(([name, schema]) => [name.replace(/\?$/, ''), schema])),
  };
}

/** What the management API answers, and more members beside it. */
function also(name: string, members: Readonly<Record<string, Schema>>): Schema {
  return { allOf: [ref(name), open(members)] };
}

const page = (items: Schema): Schema => object({ items: array(items), 'next?': next });
const one = (...schemas: Schema[]): Schema => ({ anyOf: schemas });
const is = (value: string): Schema => ({ const: value });

const attributes: Schema = {
  type: 'object',
  additionalProperties: { anyOf: [text, array(text)] },
};
const finding: Schema = object({ code: text, where: text, message: text });
const refusal: Schema = object({ statement: digest, party: id, code: text, message: text });
const member: Schema = open({ id, name: text, role: text, attributes, 'revision?': count });

const shapes: Readonly<Record<string, Schema>> = {
  Error: object({
    error: open({ code: text, message: text, 'data?': { type: 'object' }, 'problems?': array(text) }),
  }),
  Port: open({ name: text, protocol: text, host: text, port: count, 'routes?': array({ type: 'object' }) }),
  Running: object({ event: is('running'), pid: count, role: text, id, ports: array(ref('Port')) }),
  Enrolment: open({
    ...{ id: text, participant: id, name: text, role: text, state: text, keyFingerprint: text },
    'attributes?': attributes,
    'addresses?': { type: 'object' },
    'received?': instant,
  }),
  Member: member,
};

const problem: Schema = open({ path: text, code: text, message: text, 'suggestion?': text });
/** The answer to one line of `policy`, behind the line's own name. */
const line = (members: Readonly<Record<string, Schema>>): Schema =>
  one(
    object({ 'id?': { type: ['string', 'number'] }, 'line?': count, ...members }),
    object({
      ...{ 'id?': { type: ['string', 'number'] }, 'line?': count },
      error: object({ code: text, message: text, 'problems?': array(problem) }),
    }),
  );

/** What each command prints with `--json`, a line; a command that goes on prints several. Each may print an `Error` instead. */
const commands: Readonly<Record<string, Schema>> = {
  init: object({ home: file, role: is('authority'), space: text }),
  authority: ref('Running'),
  'authority invite': object({ id, invitation: text, fingerprint: text, expires: instant, text }),
  'authority pending': page(ref('Enrolment')),
  'authority approve': object({ enrolment: text, state: is('approved') }),
  'authority reject': object({ enrolment: text, state: is('rejected'), reason: text }),
  'authority attributes': one(
    ref('Member'),
    page(object({ revision: count, at: instant, before: attributes, after: attributes, 'reason?': text })),
  ),
  'authority services': object({
    broker: object({ id, https: text, grpc: text }),
    clearingHouse: object({ id, https: text, grpc: text, origin: text, vkey: text }),
  }),
  broker: ref('Running'),
  'clearing-house': ref('Running'),
  'clearing-house fsck': object({ ok: flag, sequenced: count, integrated: count, findings: array(text) }),
  join: one(
    object({ event: is('waiting'), enrolment: text, keyFingerprint: text }),
    object({ event: is('waiting'), for: is('services') }),
    ref('Running'),
    object({ home: file, id, role: text, 'enrolment?': text, 'vkey?': text }),
  ),
  connector: ref('Running'),
  publish: one(
    ref('Dataset'),
    object({
      published: array(open({ file: text, 'id?': id, 'version?': digest, 'error?': { type: 'object' } })),
      skipped: array(open({ name: text, why: words })),
    }),
  ),
  datasets: object({ datasets: array(ref('Dataset')), 'next?': next }),
  'datasets show': ref('Dataset'),
  update: also('Dataset', { before: object({ version: digest }) }),
  withdraw: ref('Dataset'),
  usage: object({ usage: array(ref('Usage')), waiting: array(ref('Approval')), 'next?': next }),
  search: ref('SearchPage'),
  request: ref('Negotiation'),
  pull: ref('Transfer'),
  show: one(
    also('Negotiation', { kind: is('negotiation') }),
    also('Transfer', { kind: is('transfer'), 'duties?': array(ref('Duty')) }),
    also('Agreement', { kind: is('agreement') }),
  ),
  accept: ref('Negotiation'),
  requests: ref('ApprovalPage'),
  approve: ref('Negotiation'),
  reject: ref('Negotiation'),
  'operator add': object({ name: text, file }),
  'operator list': ref('OperatorPage'),
  'operator remove': ref('Operator'),
  stop: object({ agreement: digest, peer: id, ended: object({ by: id, at: instant, reason: ref('Reason') }) }),
  duties: object({ duties: array(ref('Duty')), 'next?': next }),
  'duties do': ref('Duty'),
  'duties excuse': ref('Duty'),
  backup: object({ home: file, out: file, folder: file, entries: count, bytes: count }),
  participants: ref('ParticipantPage'),
  'participants approve': ref('Participant'),
  'participants reject': ref('Participant'),
  'participants remove': ref('Participant'),
  doctor: also('Diagnosis', { problems: count }),
  status: object({
    services: array(
      object({
        ...{ home: file, role: text, running: flag, 'pid?': count, 'id?': id, 'started?': text },
        ports: array(ref('Port')),
        'detail?': { type: 'object' },
        'trouble?': text,
      }),
    ),
  }),
  'policy check': line({ problems: array(problem), warnings: array(problem) }),
  'policy decide': line({
    decision: { enum: ['permit', 'deny'] },
    'active?': { enum: [true, false, 'unknown'] },
    reasons: array(open({ code: text })),
    'rules?': array(object({ rule: text, active: { enum: [true, false, 'unknown'] } })),
    'ignored?': array(text),
    'record?': { type: 'object' },
    'same?': flag,
    'engine?': text,
    'policy?': text,
    'digest?': text,
  }),
  'policy compare': line({
    verdict: { enum: ['Conflict', 'Compatible', 'Unknown', 'within', 'exceeds', 'unknown'] },
    'reasons?': array(open({ code: text })),
    'witness?': { type: 'object' },
  }),
  'policy render': line({ text }),
  'audit list': object({
    transfers: array(
      object({
        ...{ 'when?': text, provider: id, consumer: id, 'dataset?': id, state: text, 'transfer?': text },
        ...{ agreement: digest, record: text, findings: count },
      }),
    ),
    refusals: array(refusal),
    'next?': next,
  }),
  'audit explain': object({
    ...{ agreement: digest, 'transfer?': text, verified: flag, 'terms?': { type: 'object' } },
    steps: array(open({ step: text, outcome: text, 'transfer?': text, 'time?': text, en: text, zh: text })),
    ...{ findings: array(finding), unchecked: array(words), refusals: array(refusal) },
  }),
  'audit export': object({
    ...{ agreement: digest, file, bytes: count },
    ...{ verified: flag, findings: array(finding), refusals: array(refusal) },
  }),
  'audit verify': open({
    verified: flag,
    'treeSize?': text,
    indexes: array(text),
    checks: array(object({ check: text, examined: count, findings: count })),
    findings: array(finding),
    unchecked: array(words),
    'story?': { type: 'object' },
  }),
};

/** `docs/cli.schema.json`: the answers of every command, for whoever writes a program around them. */
export function answersPage(): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:causeway:v1:cli',
    title: 'What the commands of causeway print with --json, one object a line',
    description:
      '#/$defs/causeway COMMAND is what that command prints; #/$defs/Error is what it prints instead when it is refused or fails.',
    $defs: {
      ...ofConnector,
      ParticipantPage: ofBroker.ParticipantPage,
      Participant: ofBroker.Participant,
      ...shapes,
      ...Object.fromEntries(Object.entries(commands).map(([name, answer]) => [`causeway ${name}`, answer])),
    },
  };
  return `${JSON.stringify(schema, null, 2).replaceAll('#/components/schemas/', '#/$defs/')}\n`;
}
