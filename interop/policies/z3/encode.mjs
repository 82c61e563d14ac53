// What a random policy permits, as SMT-LIB. Written from the ODRL Information Model and docs/decisions/0010 alone, with its own reading
// of the JSON: nothing of `policies` is used, so that a mistake there is not repeated here.

const inside = {
  use: ['use', 'read', 'play', 'display', 'distribute'],
  play: ['play', 'display'],
  transfer: ['transfer', 'sell'],
};
const acts = ['use', 'read', 'play', 'display', 'distribute', 'transfer', 'sell'];
const people = ['urn:causeway:anna', 'urn:causeway:bo'];
const names = {
  purpose: ['maintenance', 'research', 'resale'],
  spatial: ['region-a', 'region-b'],
  'urn:causeway:v1:role': ['supplier', 'auditor'],
};
const held = new Set(['urn:causeway:v1:role']);
const sources = ['attested', 'measured', 'declared'];
const day = 86_400_000;
const widest = 14 * 3_600_000;

const and = (parts) => (parts.length === 0 ? 'true' : `(and ${parts.join(' ')})`);
const or = (parts) => (parts.length === 0 ? 'false' : `(or ${parts.join(' ')})`);
const not = (part) => `(not ${part})`;
const number = (value) => {
  const text = Math.abs(value).toFixed(3);
  return value < 0 ? `(- ${text})` : text;
};

/** What is looked at one by one: parameters of every truth. */
const parameterKeys = ['purpose', 'spatial'];
const arguments_ = parameterKeys.map((key) => `name_${key}`);
const parameters = arguments_.map((name) => `(${name} Int)`).join(' ');

/** The facts that the constraints of one pair look at, declared once. */
export class Facts {
  #declared = new Map();
  #names = new Map();
  #shared = 0;
  lines = [];

  constructor() {
    this.declare('act', 'Int', `(and (>= act 0) (< act ${acts.length}))`);
    this.declare('who', 'Int', '(and (>= who 0) (<= who 2))');
  }

  declare(name, sort, ...asserted) {
    if (this.#declared.has(name)) return name;
    this.#declared.set(name, sort);
    this.lines.push(`(declare-const ${name} ${sort})`, ...asserted.map((each) => `(assert ${each})`));
    return name;
  }

  /** The parameter for one of several names that hold at once; one at least does. */
  oneOf(key, all) {
    if (!this.#names.has(key)) {
      this.#names.set(
        key,
        all.map((at) => ({ at, holds: this.declare(holds(key, at), 'Bool') })),
      );
      this.lines.push(`(assert ${or(all.map((at) => holds(key, at)))})`);
    }
    return `name_${key}`;
  }

  /** Gives a truth a name of its own, so that what is said twice is written once. */
  share({ t, f }) {
    const at = this.#shared++;
    this.lines.push(`(define-fun t${at} (${parameters}) Bool ${t})`, `(define-fun f${at} (${parameters}) Bool ${f})`);
    return { t: `(t${at} ${arguments_.join(' ')})`, f: `(f${at} ${arguments_.join(' ')})` };
  }

  /** Defines `name` as: `body` holds for each of the names that hold. */
  define(name, body) {
    let cases = [{ holds: [], values: [] }];
    for (const key of parameterKeys) {
      const choices = this.#names.get(key) ?? [{ at: 0 }];
      cases = cases.flatMap((before) =>
        choices.map((choice) => ({
          holds: [...before.holds, ...(choice.holds ? [choice.holds] : [])],
          values: [...before.values, choice.at],
        })),
      );
    }
    const each = cases.map(({ holds: all, values }) => `(=> ${and(all)} (${name}_at ${values.join(' ')}))`);
    return [`(define-fun ${name}_at (${parameters}) Bool ${body})`, `(define-fun ${name} () Bool ${and(each)})`];
  }

  /** Whether there is a usable fact of an operand, of this source and unit. */
  usable(key, { source, unit }) {
    const has = this.declare(`has_${key}`, 'Bool');
    const from = this.declare(`src_${key}`, 'Int', `(and (>= src_${key} 0) (<= src_${key} 2))`);
    const in_ = this.declare(`unit_${key}`, 'Int');
    const enough = source === undefined ? 'true' : `(<= ${from} ${sources.indexOf(source)})`;
    return and([has, enough, `(= ${in_} ${unit === undefined ? 0 : 1 + unit.length})`]);
  }
}

/** Names of SMT-LIB hold no colons or hashes. */
const safe = (operand) => operand.replace(/^odrl:/, '').replace(/[^A-Za-z]/g, '_');
const plain = (operand) => operand.replace(/^odrl:/, '');

function spanOf({ '@value': text, '@type': type }) {
  if (type === 'xsd:duration') {
    if (text === 'P1M') return [28 * day, 31 * day];
    return [Number(/^P(\d+)D$/.exec(text)[1]) * day, Number(/^P(\d+)D$/.exec(text)[1]) * day];
  }
  if (type === 'xsd:dateTime') {
    if (/(Z|[+-]\d\d:\d\d)$/.test(text)) return [Date.parse(text), Date.parse(text)];
    const at = Date.parse(`${text}Z`);
    return [at - widest, at + widest];
  }
  return [Number(text), Number(text)];
}

/** A comparison of what lies in [low, high] with what lies in [c, d]: when it is certainly so, and when certainly not. */
function compared(operator, low, high, [c, d]) {
  const [least, most] = [number(c), number(d)];
  const same = c === d ? `(and (= ${low} ${high}) (= ${low} ${least}))` : 'false';
  const other = `(or (< ${high} ${least}) (> ${low} ${most}))`;
  const table = {
    lt: [`(< ${high} ${least})`, `(>= ${low} ${most})`],
    lteq: [`(<= ${high} ${least})`, `(> ${low} ${most})`],
    gt: [`(> ${low} ${most})`, `(<= ${high} ${least})`],
    gteq: [`(>= ${low} ${most})`, `(< ${high} ${least})`],
    eq: [same, other],
    neq: [other, same],
  };
  return { t: table[operator][0], f: table[operator][1] };
}

/** Kleene's truth of a constraint: `t` where it holds, `f` where it does not. */
function constraint(node, facts) {
  for (const logic of ['and', 'andSequence', 'or', 'xone']) {
    if (node[logic])
      return facts.share(
        joined(
          logic,
          node[logic].map((each) => constraint(each, facts)),
        ),
      );
  }
  const operand = plain(node.leftOperand);
  const source = node['urn:causeway:v1:source'];
  if (operand === 'dateTime') {
    const now = facts.declare('now', 'Int');
    const trusted = source !== 'attested';
    const { t, f } = compared(node.operator, `(to_real ${now})`, `(to_real ${now})`, spanOf(node.rightOperand));
    return trusted ? { t, f } : { t: 'false', f: 'false' };
  }
  if (operand === 'count') {
    const counted = facts.declare('counted', 'Bool');
    const use = facts.declare('nth', 'Int', '(>= nth 1)');
    const { t, f } = compared(node.operator, `(to_real ${use})`, `(to_real ${use})`, spanOf(node.rightOperand));
    return source === 'attested' ? { t: 'false', f: 'false' } : { t: and([counted, t]), f: and([counted, f]) };
  }
  const key = safe(node.leftOperand);
  const usable = facts.usable(key, { source, unit: node.unit });
  const { t, f } = names[operand] ? named(operand, key, node, facts) : measured(key, node, facts);
  return { t: and([usable, t]), f: and([usable, f]) };
}

function measured(key, { operator, rightOperand }, facts) {
  const low = facts.declare(`low_${key}`, 'Real');
  const high = facts.declare(`high_${key}`, 'Real', `(<= ${low} high_${key})`);
  return compared(operator, low, high, spanOf(rightOperand));
}

function named(operand, key, { operator, rightOperand }, facts) {
  const known = names[operand];
  const wanted = [rightOperand].flat().map((name) => known.indexOf(name));
  return held.has(operand)
    ? heldNames(key, known, operator, wanted, facts)
    : eachName(key, known, operator, wanted, facts);
}

/** Looked at one by one: the name is a parameter, and what permits must permit each that holds. */
function eachName(key, known, operator, wanted, facts) {
  const all = [...known.keys(), known.length];
  const name = facts.oneOf(key, all);
  const one = or(wanted.map((at) => `(= ${name} ${at})`));
  if (operator === 'eq' || operator === 'isAnyOf') return { t: one, f: not(one) };
  if (operator === 'neq' || operator === 'isNoneOf') return { t: not(one), f: one };
  const among = wanted.map((at) => holds(key, at));
  if (operator === 'isAllOf') return { t: and(among), f: or(among.map(not)) };
  // Whether one name lies within another is true, false or not known; a name lies within itself.
  const [outer] = wanted;
  const relation = (at) => facts.declare(`${operator}_${key}_${outer}_${at}`, 'Int');
  const found = all.reduce((rest, at) => `(ite (= ${name} ${at}) ${at === outer ? 1 : relation(at)} ${rest})`, '2');
  return { t: `(= ${found} 1)`, f: `(= ${found} 0)` };
}

const holds = (key, at) => `all_${key}_${at}`;

function heldNames(key, known, operator, wanted, facts) {
  const all = [...known.keys(), known.length];
  const has = (at) => facts.declare(`holds_${key}_${at}`, 'Bool');
  for (const at of all) has(at);
  facts.declare(`some_${key}`, 'Bool', or(all.map(has)));
  const one = or(wanted.map(has));
  const every = and(wanted.map(has));
  if (operator === 'eq' || operator === 'isAnyOf') return { t: one, f: not(one) };
  if (operator === 'neq' || operator === 'isNoneOf') return { t: not(one), f: one };
  return { t: every, f: not(every) };
}

function joined(logic, parts) {
  const t = parts.map((each) => each.t);
  const f = parts.map((each) => each.f);
  if (logic === 'or') return { t: or(t), f: and(f) };
  if (logic !== 'xone') return { t: and(t), f: or(f) };
  const others = (at) => f.filter((_, place) => place !== at);
  const two = t.flatMap((first, at) => t.slice(at + 1).map((second) => and([first, second])));
  return { t: or(t.map((first, at) => and([first, ...others(at)]))), f: or([and(f), ...two]) };
}

function ruleOf(rule, facts) {
  const written = Array.isArray(rule.action) ? rule.action[0] : { 'rdf:value': { '@id': rule.action } };
  const action = plain(written['rdf:value']['@id']);
  const covered = (inside[action] ?? [action]).map((each) => `(= act ${acts.indexOf(each)})`);
  const within = or(covered);
  const conditions = [...(rule.constraint ?? []), ...(written.refinement ?? [])].map((each) => constraint(each, facts));
  const done = (rule.duty ?? []).map((duty) => facts.declare(`done_${safe(duty.action)}`, 'Bool'));
  return {
    t: and([within, ...conditions.map(({ t }) => t), ...done]),
    f: or([not(within), ...conditions.map(({ f }) => f)]),
  };
}

/** Where a policy permits. `undefined` for the strategy `invalid` with prohibitions: that is a question of its own. */
export function permits(policy, facts) {
  const strategy = policy['odrl:conflict']['@id'].slice(5);
  const prohibitions = (policy.prohibition ?? []).map((rule) => ruleOf(rule, facts));
  if (strategy === 'invalid' && prohibitions.length > 0) return undefined;
  const assignees = [policy.assignee ?? []].flat().map((each) => `(= who ${people.indexOf(each)})`);
  const granted = or(policy.permission.map((rule) => ruleOf(rule, facts).t));
  const spared = strategy === 'perm' ? [] : prohibitions.map(({ f }) => f);
  // A prohibition is about the policy's assignees only, and so is every permission.
  return and([assignees.length === 0 ? 'true' : or(assignees), granted, ...spared]);
}
