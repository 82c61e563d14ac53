/** One line of input, and what it is answered with: shown by `--help`, and run by a test. */
export interface Example {
  readonly args: readonly string[];
  readonly line: object;
  readonly answer: object;
}

const purpose = (name: string) => ({ leftOperand: 'purpose', operator: 'eq', rightOperand: name });
const offer = (name: string, more: object = {}) => ({
  '@type': 'Offer',
  uid: 'urn:o',
  ...more,
  permission: [{ action: 'use', target: 'urn:d', constraint: [purpose(name)] }],
});

export const examples = {
  check: [
    {
      args: [],
      line: { id: 1, policy: { '@type': 'Set', uid: 'urn:s', permission: [{ action: 'reed', target: 'urn:d' }] } },
      answer: {
        id: 1,
        problems: [
          {
            path: '/permission/0/action',
            code: 'ACTION_UNKNOWN',
            message: 'the action “reed” is not known here: did you mean read?',
            suggestion: 'read',
          },
        ],
        warnings: [],
      },
    },
  ],
  decide: [
    {
      args: [],
      line: {
        id: 'a',
        policy: offer('repair'),
        request: { assignee: 'urn:anna', action: 'use', target: 'urn:d' },
        world: { now: '2027-01-01T00:00:00Z', purpose: 'resale' },
      },
      answer: {
        id: 'a',
        decision: 'deny',
        active: false,
        reasons: [
          {
            code: 'PURPOSE_NOT_ALLOWED',
            path: '/permission/0/constraint/0',
            en: 'needs purpose in {repair}; it is resale',
            zh: '须满足：用途限于 repair；现为 resale',
          },
        ],
      },
    },
  ],
  compare: [
    {
      args: [],
      line: { id: 'p', left: offer('repair'), right: offer('resale') },
      answer: { id: 'p', verdict: 'Conflict' },
    },
    {
      args: ['--mode', 'within'],
      line: { id: 'q', request: offer('repair'), offer: offer('repair') },
      answer: { id: 'q', verdict: 'within' },
    },
  ],
  render: [
    {
      args: ['--lang', 'zh'],
      line: { id: 'r', policy: offer('repair', { assignee: 'urn:anna' }) },
      answer: { id: 'r', text: 'urn:anna 可以使用 urn:d，条件是：用途限于 repair。' },
    },
  ],
} as const satisfies Readonly<Record<string, readonly Example[]>>;
