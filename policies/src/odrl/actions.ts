import { allProfiles } from '../profiles/table.js';

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
} as const satisfies Readonly<Record<string, string | null>>;
/** Canonical name of an action: bare for ODRL's own, `cc:` or a profile's prefix and name, or the IRI. From `actionOf` only. */
export type ActionTerm = string;

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
} as const satisfies Readonly<Record<string, keyof typeof hierarchy>>;

const profileActions = allProfiles.flatMap((profile) => profile.actions ?? []);
const parents: ReadonlyMap<string, ActionTerm | null> = new Map([
  ...Object.entries(hierarchy),
  ...profileActions.map(({ term, includedIn: parent }) => [term, parent] as const),
]);
const exact: ReadonlyMap<string, ActionTerm> = new Map(Object.entries(synonyms));
const implied: ReadonlyMap<string, readonly ActionTerm[]> = new Map(
  profileActions.map(({ term, implies }) => [term, implies ?? []] as const),
);

/** All actions known here, of ODRL and of the profiles, that are not synonyms of another. */
export const actionTerms: readonly ActionTerm[] = [...parents.keys()];
/** Every name an action may be written by. */
export const actionNames: readonly string[] = [...parents.keys(), ...exact.keys()];
/** ODRL 2.2's seventy-two. */
export const odrlActionNames: readonly string[] = [...Object.keys(hierarchy), ...exact.keys()];

/** The action of this canonical name; `undefined` when neither ODRL nor a profile has one. */
export function actionOf(name: string): ActionTerm | undefined {
  return parents.has(name) ? name : exact.get(name);
}

/** Whether doing `inner` is doing `outer`: reflexive and transitive. */
export function includedIn(inner: ActionTerm, outer: ActionTerm): boolean {
  for (let at: ActionTerm | null | undefined = inner; at; at = parents.get(at)) {
    if (at === outer) return true;
  }
  return false;
}

const within: ReadonlyMap<string, ReadonlySet<ActionTerm>> = new Map(
  actionTerms.map((outer) => [outer, new Set(actionTerms.filter((inner) => includedIn(inner, outer)))] as const),
);

/** Everything included in `outer`, itself too. */
export function actionsWithin(outer: ActionTerm): ReadonlySet<ActionTerm> {
  return within.get(outer) ?? new Set([outer]);
}

/**
 * Actions that must not be prohibited for this one to be possible (Information Model, 2.3, `implies`), itself not among them.
 * ODRL's own vocabulary uses the relation nowhere; a profile may.
 */
export function impliedBy(action: ActionTerm): readonly ActionTerm[] {
  return implied.get(action) ?? [];
}
