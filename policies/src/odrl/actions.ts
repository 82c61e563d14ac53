/**
 * The actions of ODRL 2.2 (Vocabulary 3.2, 4.6, 4.7 and the deprecated ones of 4.8), each with the action it is included in. A
 * rule about an action is a rule about everything included in it. The relation is a forest, so two actions are either
 * nested or have nothing in common.
 */
const hierarchy = {
  use: null,
  transfer: null,
  acceptTracking: 'use',
  aggregate: 'use',
  annotate: 'use',
  anonymize: 'use',
  archive: 'use',
  attribute: 'use',
  'cc:Attribution': 'use',
  'cc:CommercialUse': 'use',
  'cc:DerivativeWorks': 'use',
  'cc:Distribution': 'use',
  'cc:Notice': 'use',
  'cc:Reproduction': 'use',
  'cc:ShareAlike': 'use',
  'cc:Sharing': 'use',
  'cc:SourceCode': 'use',
  compensate: 'use',
  concurrentUse: 'use',
  delete: 'use',
  derive: 'use',
  digitize: 'use',
  distribute: 'use',
  ensureExclusivity: 'use',
  execute: 'use',
  grantUse: 'use',
  include: 'use',
  index: 'use',
  inform: 'use',
  install: 'use',
  modify: 'use',
  move: 'use',
  nextPolicy: 'use',
  obtainConsent: 'use',
  play: 'use',
  display: 'play',
  present: 'use',
  print: 'use',
  read: 'use',
  reproduce: 'use',
  extract: 'reproduce',
  reviewPolicy: 'use',
  stream: 'use',
  synchronize: 'use',
  textToSpeech: 'use',
  transform: 'use',
  translate: 'use',
  uninstall: 'use',
  watermark: 'use',
  give: 'transfer',
  sell: 'transfer',
  // Deprecated, and included in nothing: only a rule that names them speaks of them.
  adHocShare: null,
  extractChar: null,
  extractPage: null,
  extractWord: null,
  lease: null,
  lend: null,
  preview: null,
  secondaryUse: null,
} as const;
export type ActionTerm = keyof typeof hierarchy;

/** Deprecated names that the vocabulary maps exactly onto another action. */
const synonyms = {
  append: 'modify',
  appendTo: 'modify',
  attachPolicy: 'cc:Notice',
  attachSource: 'cc:SourceCode',
  commercialize: 'cc:CommercialUse',
  copy: 'reproduce',
  export: 'transform',
  license: 'grantUse',
  pay: 'compensate',
  share: 'cc:Sharing',
  shareAlike: 'cc:ShareAlike',
  write: 'modify',
  writeTo: 'modify',
} as const satisfies Record<string, ActionTerm>;

const parents: ReadonlyMap<string, ActionTerm | null> = new Map(Object.entries(hierarchy));
const exact: ReadonlyMap<string, ActionTerm> = new Map(Object.entries(synonyms));

/** All action terms that are not synonyms of another. */
export const actionTerms: readonly ActionTerm[] = Object.keys(hierarchy).filter(isActionTerm);
/** Every name an action may be written by. */
export const actionNames: readonly string[] = [...parents.keys(), ...exact.keys()];

function isActionTerm(name: string): name is ActionTerm {
  return parents.has(name);
}

/** The action of this name; `undefined` when ODRL has none. */
export function actionOf(name: string): ActionTerm | undefined {
  return isActionTerm(name) ? name : exact.get(name);
}

/** Whether doing `inner` is doing `outer`: reflexive and transitive. */
export function includedIn(inner: ActionTerm, outer: ActionTerm): boolean {
  for (let at: ActionTerm | null | undefined = inner; at; at = parents.get(at)) {
    if (at === outer) return true;
  }
  return false;
}

const within = new Map(
  actionTerms.map((outer) => [outer, new Set(actionTerms.filter((inner) => includedIn(inner, outer)))] as const),
);

/** Everything included in `outer`, itself too. */
export function actionsWithin(outer: ActionTerm): ReadonlySet<ActionTerm> {
  return within.get(outer) ?? new Set([outer]);
}
