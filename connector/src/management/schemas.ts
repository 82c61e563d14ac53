import { dutyResults, entryLimits } from '@causeway/evidence';
import { classificationDomains } from '@causeway/policies';
import type { OpenAPIV3_1 } from 'openapi-types';
import { checks } from '../diagnosis/finding.js';
import { formats } from '../dsp/vocabulary.js';
import { columnTypes, contentFormats, contentLimits, encodings } from '../inspect/content.js';
import { mostFiles } from '../inspect/folder.js';
import { usageStates } from '../transfer/pulled.js';

type Schema = OpenAPIV3_1.SchemaObject;
type Ref = OpenAPIV3_1.ReferenceObject;

const ref = (name: string): Ref => ({ $ref: `#/components/schemas/${name}` });
const text = (maxLength: number, description?: string): Schema => ({
  type: 'string',
  minLength: 1,
  maxLength,
  ...(description === undefined ? {} : { description }),
});
const id = text(200, 'An absolute IRI, such as urn:causeway:steelworks');
const digest: Schema = { type: 'string', pattern: '^sha-256:[0-9a-f]{64}$' };
const instant: Schema = { type: 'integer', description: 'Milliseconds since 1970-01-01T00:00:00Z' };
const path = text(4_096, 'Absolute path on the machine of the connector');

const closed = (required: readonly string[], properties: Record<string, Schema | Ref>): Schema => ({
  type: 'object',
  required: [...required],
  properties,
  additionalProperties: false,
});
const open = (required: readonly string[], properties: Record<string, Schema | Ref>): Schema => ({
  type: 'object',
  required: [...required],
  properties,
});
const array = (items: Schema | Ref, maxItems: number): Schema => ({ type: 'array', items, maxItems });

const title = closed([], { zh: text(entryLimits.title), en: text(entryLimits.title) });
const classification: Schema = {
  enum: [1, 2, 3],
  description: 'Level of the classification guideline; 3 is the highest',
};
const domain: Schema = {
  enum: Object.keys(classificationDomains),
  description: 'Domain of the classification guideline',
};
const described = {
  title,
  description: text(entryLimits.description, 'Made of what is found in the file unless given'),
  hideColumns: {
    type: 'boolean',
    description: 'Whether a description made of the file leaves the names of its columns out',
  } satisfies Schema,
  keywords: array(text(entryLimits.label), entryLimits.labels),
  category: text(entryLimits.label),
  region: text(entryLimits.label),
  classification,
  domain,
  mediaType: text(200),
  listed: { type: 'boolean', description: 'Whether the broker lists it to every member' } satisfies Schema,
};

const published = {
  file: path,
  ...described,
  offers: array(ref('OfferInput'), 100),
  version: { ...digest, description: 'The file as a preview showed it: another one is refused' },
  enrolledOnly: { type: 'boolean', description: 'Whether an offer to who is not enrolled is refused' },
} satisfies Record<string, Schema | Ref>;
const sample: Schema = {
  ...array(array({ type: 'string' }, contentLimits.columns), contentLimits.sampleRows),
  description: 'The first rows as texts, each cut short',
};

const words: Schema = {
  ...open(['en', 'zh'], { en: { type: 'string' }, zh: { type: 'string' } }),
  description: 'The terms in plain words; lists leave them out',
};
const dealing = {
  approval: { type: 'boolean', description: 'Whether a person has to approve each agreement on it' },
  declaredOnly: {
    type: 'boolean',
    description: 'Whether what nobody can enforce is marked so for both sides to see, and not refused',
  },
  negotiable: { type: 'boolean', description: 'Whether a request for more gets a counter-offer, and not a refusal' },
} satisfies Record<string, Schema>;

const processMembers = {
  request: text(200),
  pid: id,
  peerPid: text(500),
  role: { enum: ['provider', 'consumer'] } satisfies Schema,
  peer: id,
  dataset: id,
  state: text(20),
  inDoubt: {
    type: 'boolean',
    description: 'The two sides may differ: a move or a message is not acknowledged, or was refused for good',
  } satisfies Schema,
  intent: {
    ...text(20),
    description: 'A move of ours that binds us and that the peer has not acknowledged',
  } satisfies Schema,
  reason: ref('Reason'),
  parked: ref('Reason'),
  created: instant,
  updated: instant,
};
const asked = {
  needed: { type: 'integer', description: 'How many different operators have to approve' } satisfies Schema,
  why: ref('Reason'),
  given: array(open(['operator', 'at'], { operator: text(63), at: instant }), 10),
  asked: instant,
  deadline: { ...instant, description: 'When it ends undecided: milliseconds since 1970-01-01T00:00:00Z' },
};
const processRequired = ['pid', 'role', 'peer', 'dataset', 'state', 'inDoubt', 'created', 'updated'];
const pageOf = (name: string): Schema =>
  open(['items'], { items: array(ref(name), 1_000), next: text(3_000, 'Cursor of the page that follows') });

/** Every body that the management API takes or gives; requests are validated against the same schemas. */
export const schemas = {
  Reason: open(['code', 'en', 'zh'], { code: text(100), en: { type: 'string' }, zh: { type: 'string' } }),
  Problem: open(['type', 'title', 'status', 'detail', 'code'], {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    errors: array(open(['pointer', 'detail'], { pointer: { type: 'string' }, detail: { type: 'string' } }), 1_000),
  }),
  OfferTerms: closed([], {
    assignees: { ...array(id, 1_000), description: "Participants it is for; absent: nobody; ['*']: every member" },
    action: text(100, 'An ODRL action; use unless given'),
    from: text(40, 'Instant with zone'),
    until: text(40, 'Instant with zone; exclusive'),
    duration: text(40, 'For so long from the agreement on, ISO 8601: P90D'),
    count: { type: 'integer', minimum: 1, description: 'Uses in all' },
    purposes: array(text(200), 100),
    places: { ...array(text(200), 100), description: 'Countries or regions of the participant, ISO 3166' },
    roles: { ...array(text(200), 100), description: 'Of which the authority attests one' },
    securityLevel: { enum: ['base', 'trust', 'trust+'], description: 'The lowest that the authority attests' },
    systems: { ...array(id, 100), description: 'Ids of connectors' },
    mask: { ...array(text(500), 1_000), description: 'Fields to mask before the data leaves' },
    deleteAfter: text(40, 'So long after delivery at most, ISO 8601: P30D'),
    deleteBy: text(40, 'Instant with zone'),
    noSharing: { type: 'boolean', description: 'The data is not passed on' },
    log: { type: 'boolean', description: 'Each use is logged by the consumer' },
    notify: { oneOf: [{ type: 'boolean' }, id], description: 'Each use is reported: to us, or to this participant' },
    prohibit: array(text(100), 100),
    auditors: array(id, 100),
  }),
  OfferInput: {
    type: 'object',
    oneOf: [
      closed(['policy'], { policy: { type: 'object', description: 'An ODRL offer as on the DSP wire' }, ...dealing }),
      closed(['terms'], { terms: ref('OfferTerms'), ...dealing }),
    ],
  },
  Publication: closed(['file', 'title'], published),
  DatasetChange: closed([], published),
  Content: {
    ...open(['format'], {
      format: { enum: [...contentFormats] },
      encoding: { enum: [...encodings], description: 'Of the whole file; absent: neither' },
      byteOrderMark: { type: 'boolean' },
      delimiter: text(1),
      table: open(['rows', 'columns'], {
        rows: { type: 'integer' },
        columns: array(
          open(['name', 'type', 'nulls'], {
            name: text(contentLimits.name),
            type: { enum: [...columnTypes] },
            nulls: { type: 'integer', description: 'Rows without a value' },
          }),
          contentLimits.columns,
        ),
      }),
      trouble: {
        ...open(['en', 'zh'], { line: { type: 'integer' }, en: { type: 'string' }, zh: { type: 'string' } }),
        description: 'Why it is no table; its bytes can be shared all the same',
      },
    }),
    description: 'What was found in a file that holds a table (.csv, .tsv, .jsonl, .ndjson)',
  },
  InspectionRequest: closed(['path'], { path }),
  Inspection: open(['kind', 'path'], {
    kind: { enum: ['file', 'folder'] },
    path,
    bytes: { type: 'integer' },
    version: digest,
    content: ref('Content'),
    sample,
    files: array(open(['name', 'path'], { name: { type: 'string' }, path }), mostFiles),
    skipped: {
      ...open([], {}),
      type: 'array',
      items: open(['name', 'why'], { name: { type: 'string' }, why: ref('Words') }),
      description: 'What lies there and is no file to share: folders, hidden files, links',
    },
  }),
  Dataset: open(['id', 'title', 'keywords', 'mediaType', 'source', 'offers', 'listed', 'created', 'updated'], {
    id,
    ...described,
    source: open(['path', 'version', 'bytes'], { path, version: digest, bytes: { type: 'integer' } }),
    offers: array(
      open(['id', 'policy', 'words'], { id: text(500), policy: { type: 'object' }, words, ...dealing }),
      100,
    ),
    content: ref('Content'),
    withdrawn: instant,
    withdrawnFor: text(1_000),
    created: instant,
    updated: instant,
    agreements: {
      ...open(['inForce'], {
        inForce: { type: 'integer', description: 'Agreements on it, as its provider, that are in force' },
        more: { type: 'boolean', description: 'There are more than were looked at' },
      }),
    },
    sample: { ...sample, description: 'Preview: the first rows, for its owner alone; stored nowhere' },
    shown: {
      ...open(['catalog'], {
        catalog: { type: 'object', description: 'What the catalog shows to whoever its offers name' },
        entry: { type: 'object', description: 'What the broker shows to every member; absent: it is not listed' },
      }),
      description: 'Preview: what others would be told',
    },
  }),
  DatasetPage: pageOf('Dataset'),
  CatalogRequest: closed(['provider'], {
    provider: id,
    address: text(2_000, "The peer's DSP base URL; asked of the broker unless given"),
    next: text(2_000, 'Address of a following page, as the page before gave it'),
  }),
  CatalogPage: open(['catalog'], { catalog: { type: 'object' }, next: text(2_000) }),
  SearchPage: open(['hits', 'dropped'], {
    hits: array(
      open(['entry', 'publisher', 'liveness'], {
        entry: { type: 'object' },
        publisher: id,
        address: text(2_000),
        liveness: open(['state', 'lastSeen'], { state: text(20), lastSeen: instant }),
      }),
      1_000,
    ),
    dropped: array(open(['reason', 'detail'], { reason: text(100), detail: { type: 'string' } }), 1_000),
    next: text(3_000),
    tally: {
      ...open(['found', 'facets', 'partial'], {
        found: { type: 'integer', description: 'Hits in all' },
        facets: array(
          open(['name', 'values'], {
            name: text(20),
            values: array(open(['value', 'count'], { value: text(200), count: { type: 'integer' } }), 50),
          }),
          5,
        ),
        partial: { type: 'boolean', description: 'There was more than the broker counts' },
      }),
      description: "With the first page: the broker's own word on what there is to narrow down by; proven by nothing",
    },
  }),
  NegotiationRequest: closed(['dataset'], {
    provider: { ...id, description: "Who publishes it; what the dataset's id begins with unless given" },
    dataset: id,
    address: text(2_000, "The provider's DSP base URL; asked of the broker unless given"),
    offer: {
      description: "The id of one of the dataset's offers, or the offer to ask for; the first of them unless given",
      oneOf: [text(500), { type: 'object', required: ['@id'], properties: { '@id': text(500) } }],
    },
  }),
  Negotiation: open(processRequired, {
    ...processMembers,
    offer: { type: 'object' },
    words,
    agreement: digest,
    approval: open(['needed', 'given', 'deadline'], {
      ...asked,
      outcome: { enum: ['approved', 'rejected', 'expired', 'overtaken'], description: 'Absent as long as it waits' },
      rejectedBy: text(63),
    }),
  }),
  NegotiationPage: pageOf('Negotiation'),
  Agreement: open(['digest', 'id', 'role', 'peer', 'dataset', 'policy', 'oneSided', 'created'], {
    digest,
    id: text(2_000),
    role: { enum: ['provider', 'consumer'] },
    peer: id,
    dataset: id,
    negotiation: id,
    policy: { type: 'object' },
    words,
    oneSided: { type: 'boolean', description: 'The peer signed nothing: only our signature proves it' },
    auditors: {
      ...array(id, 100),
      description: 'Who else may see the evidence: named in the policy, and so in the log',
    },
    unboundTokens: { type: 'boolean', description: 'A consumer without a certificate may get an unbound token' },
    finalized: instant,
    ended: {
      ...open(['by', 'at', 'reason'], { by: id, at: instant, reason: ref('Reason') }),
      description: 'Nothing begins under it any more: which party ended it, when that took effect here, and why',
    },
    created: instant,
  }),
  AgreementPage: pageOf('Agreement'),
  Release: open(['auditor', 'agreement', 'statement', 'type', 'first', 'last', 'times'], {
    ...{ auditor: id, agreement: digest, statement: digest, first: instant, last: instant },
    type: text(40, 'Of the statement: agreement, transfer-start, transfer-end, transfer-stop, agreement-end, duty'),
    times: { type: 'integer', description: 'How often it was asked for and given' },
  }),
  ReleasePage: pageOf('Release'),
  TransferRequest: closed(['agreement', 'to'], {
    agreement: digest,
    to: path,
    purpose: text(1_000, 'What the data is for; recorded as declared by us'),
    format: { enum: [...formats], description: 'How it comes; GrpcData-PULL unless given' },
  }),
  Transfer: open([...processRequired, 'agreement', 'format'], {
    ...processMembers,
    agreement: digest,
    format: text(200),
    token: {
      enum: ['unbound'],
      description: 'Present when it is open to whoever holds its token, which is bound to no certificate',
    },
    oneSided: { type: 'boolean', description: 'Only one side has signed what was sent, or neither' },
    purpose: text(1_000),
    size: { type: 'integer' },
    bytes: { type: 'integer', description: 'Sent or received so far, or in all' },
    path,
    stage: {
      enum: ['receiving', 'sealed', 'placed', 'discarded'],
      description: 'Where the bytes are: in a partial file, whole there, at `path`, or removed because it ended before',
    },
    digest,
    decided: {
      type: 'object',
      description:
        'Provider, one transfer alone: the policy and the record by which the decision to start it is taken again',
    },
    endLogIndex: text(20, 'Index of the closing record in the log, once all of it is there'),
    trouble: { type: 'string', description: 'Why the last attempt came to nothing, while it is tried again' },
  }),
  TransferPage: pageOf('Transfer'),
  Approval: open(['pid', 'peer', 'dataset', 'offer', 'words', 'needed', 'why', 'given', 'asked', 'deadline'], {
    ...{ pid: id, peer: id, dataset: id, offer: { type: 'object', description: 'What was asked for' }, ...asked },
    words,
  }),
  ApprovalPage: pageOf('Approval'),
  Rejection: closed(['reason'], { reason: text(1_000, 'Told to the peer') }),
  Operator: open(['name', 'created'], { name: text(63), created: instant, removed: instant }),
  NewOperator: open(['name', 'created', 'key'], {
    name: text(63),
    created: instant,
    key: text(200, 'Shown this once'),
  }),
  OperatorPage: pageOf('Operator'),
  Ending: closed([], { reason: text(1_000) }),
  Excuse: closed(['reason'], { reason: text(1_000, 'Why it may be let be; kept with the duty') }),
  Duty: open(['id', 'role', 'peer', 'agreement', 'duty', 'action', 'transfer', 'state', 'overdue', 'name', 'stand'], {
    id: text(32, 'The same at both sides'),
    role: { enum: ['provider', 'consumer'], description: 'Ours: the consumer owes it to the provider' },
    peer: id,
    agreement: digest,
    dataset: id,
    duty: text(200, 'Its place in the policy'),
    action: text(200),
    transfer: text(500, "The provider's pid"),
    pid: text(500, 'Our own pid of the transfer'),
    delivered: { ...instant, description: 'By the closing statement: milliseconds since 1970-01-01T00:00:00Z' },
    bytes: { type: 'integer' },
    state: { enum: ['pending', 'fulfilled', 'violated'] },
    overdue: { type: 'boolean', description: 'Pending, and its time is over: no report has come, or we have not told' },
    due: { ...instant, description: 'The last millisecond in which it can be fulfilled' },
    violated: instant,
    trouble: { type: 'string', description: 'Why it could not be done when it was tried last' },
    excused: open(['reason', 'at'], { reason: text(1_000), at: instant }),
    name: ref('Words'),
    stand: ref('Words'),
    answers: array(
      open(['statement', 'result', 'outcome', 'time'], {
        statement: digest,
        result: { enum: [...dutyResults] },
        outcome: { enum: ['fulfilled', 'violated'] },
        time: { ...instant, description: "By the consumer's clock" },
        deleted: open(['bytes', 'digest'], { bytes: text(20), digest }),
        received: { ...instant, description: "When the provider had it, by the provider's clock" },
        refused: ref('Reason'),
        logIndex: text(20),
      }),
      10,
    ),
    started: instant,
    updated: instant,
  }),
  DutyPage: pageOf('Duty'),
  Usage: open(['agreement', 'role', 'peer', 'dataset', 'state', 'left', 'pulled'], {
    agreement: digest,
    role: { enum: ['provider', 'consumer'], description: 'Ours: the consumer pulls' },
    peer: id,
    dataset: id,
    state: {
      enum: [...usageStates],
      description: 'pending: not finalized yet; over: nothing is left of any permission, by count or by time',
    },
    finalized: instant,
    ended: open(['by', 'at', 'reason'], { by: id, at: instant, reason: ref('Reason') }),
    left: array(
      open(['rule'], {
        rule: text(200, 'Place in the policy'),
        uses: open(['limit', 'left'], { limit: { type: 'integer' }, left: { type: 'integer' } }),
        from: instant,
        until: { ...instant, description: 'Exclusive: milliseconds since 1970-01-01T00:00:00Z' },
      }),
      1_000,
    ),
    pulled: open(['times', 'bytes', 'running', 'refused'], {
      times: { type: 'integer', description: 'Transfers that were completed' },
      bytes: { type: 'integer', description: 'Of these' },
      last: { ...instant, description: 'When the last of them was completed' },
      running: { type: 'integer', description: 'Transfers that have not ended' },
      refused: { type: 'integer', description: 'Transfers that ended before they were whole' },
      more: { type: 'boolean', description: 'There are more than were looked at: each number is the least it can be' },
    }),
  }),
  UsagePage: pageOf('Usage'),
  Words: open(['en', 'zh'], { en: { type: 'string' }, zh: { type: 'string' } }),
  Diagnosis: open(['running', 'findings', 'firewall'], {
    id,
    running: { type: 'boolean' },
    findings: array(
      open(['check', 'level', 'found'], {
        check: { enum: [...checks] },
        level: { enum: ['ok', 'warning', 'problem'] },
        found: ref('Words'),
        advice: { ...ref('Words'), description: 'What to do' },
      }),
      100,
    ),
    firewall: array(
      open(['direction', 'protocol', 'peer', 'why'], {
        direction: { enum: ['inbound', 'outbound'] },
        protocol: { enum: ['TCP', 'UDP'] },
        port: { type: 'integer', description: 'The port connected to; absent: what each member announces' },
        peer: ref('Words'),
        why: ref('Words'),
      }),
      20,
    ),
  }),
  NewBackup: closed(['folder'], { folder: path }),
  Backup: closed(['folder', 'entries', 'bytes'], {
    folder: path,
    entries: { type: 'integer', minimum: 0 },
    bytes: { type: 'integer', minimum: 0 },
  }),
  Status: open(['id', 'role', 'ports', 'queues', 'broker'], {
    id,
    role: text(40),
    ports: array(
      open(['name', 'protocol', 'host', 'port'], {
        name: text(40),
        protocol: { enum: ['https', 'http', 'grpc'] },
        host: text(200),
        port: { type: 'integer' },
      }),
      20,
    ),
    queues: { type: 'object' },
    broker: open(['state'], {
      state: { enum: ['registered', 'waiting'] },
      sequence: { type: 'integer', description: 'Of the head that the broker took last' },
      entries: { type: 'integer', description: 'Datasets listed under that head' },
      expires: { ...instant, description: 'When that head expires: milliseconds since 1970-01-01T00:00:00Z' },
      trouble: { type: 'string', description: 'Why it waits' },
      refused: { type: 'string', description: 'The code with which the broker refused' },
    }),
    distrusted: ref('Reason'),
    evidence: { type: 'object' },
    store: open(['state', 'unknown'], {
      state: { enum: ['checked', 'waiting'], description: 'Whether it is known to be as new as its record in the log' },
      trouble: {
        type: 'string',
        description: 'Why it waits: nothing is served under agreements until it was compared',
      },
      restored: {
        type: 'object',
        description:
          'It went on from an older back-up: first and last time, agreements caught up with, starts counted as uses, transfers ended, agreements lost',
      },
      unknown: {
        ...array(
          open(['agreement', 'role', 'peer'], { agreement: digest, role: text(40), peer: id, found: instant }),
          20,
        ),
        description: 'The first agreements of ours that only the log remembers: they have to be made anew',
      },
    }),
  }),
} as const satisfies Record<string, Schema>;
export type SchemaName = keyof typeof schemas;
