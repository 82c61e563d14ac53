import type { ActionTerm } from '../odrl/actions.js';

/** By when a duty is to be done: every duty may say so. */
const deadlines = ['dateTime', 'elapsedTime', 'delayPeriod'];
/** `event lt odrl:policyUsage`, as IDS writes “before the use”: what a duty of a permission is anyway. */
const occasions = ['event'];

/** What a connector heeds of how a duty is done. Anything else said about a duty would be dropped in silence. */
const parameters: Readonly<Record<ActionTerm, readonly string[]>> = {
  delete: [],
  inform: ['recipient', 'idsc:NOTIFICATION_LEVEL'],
  'idsc:log': ['systemDevice', 'idsc:LOG_LEVEL'],
  'urn:causeway:v1:mask': ['urn:causeway:v1:field'],
  'idsc:REPLACE': ['idsc:JSON_PATH', 'idsc:REPLACE_WITH'],
  compensate: ['payAmount'],
  nextPolicy: ['urn:causeway:v1:policy'],
};

const tables = new Map<ActionTerm, ReadonlySet<string>>(
  Object.entries(parameters).map(([action, own]) => [action, new Set([...deadlines, ...occasions, ...own])]),
);
const usual: ReadonlySet<string> = new Set([...deadlines, ...occasions]);

/** The operands that say how this action is done, as a duty. */
export function parametersOf(action: ActionTerm): ReadonlySet<string> {
  return tables.get(action) ?? usual;
}
