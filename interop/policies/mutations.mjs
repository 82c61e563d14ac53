// `npm run interop:fuzz:mutations`: breaks a copy of the sources in one place at a time, and demands that the random pairs notice: held
// against every point, or by z3 where deciding and comparing are broken alike. Ends with 1 when a break goes unnoticed.
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importTesting, print, temporaryFolder } from './testing.mjs';
import { checkByZ3, z3Version } from './z3/check.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const pairs = 3_000;

/** What is broken: the file, what stands there, and what is put in its place. */
const breaks = [
  [
    'lteq compared as lt',
    [['compare/ends.ts', 'isTrue: [{ high: scale.atMost(low) }]', 'isTrue: [{ high: scale.below(low) }]']],
  ],
  [
    'gteq false only below',
    [
      [
        'compare/ends.ts',
        "'gteq':\n      return { isTrue: [{ low: scale.atLeast(high) }]",
        "'gteq':\n      return { isTrue: [{ low: scale.above(high) }]",
      ],
    ],
  ],
  ['neq as eq', [['compare/ends.ts', 'isTrue: apart, isFalse: equal', 'isTrue: equal, isFalse: apart']]],
  [
    'or compared as and',
    [
      [
        'compare/formula.ts',
        "if (formula.join === 'any') return this.#any(",
        "if (formula.join === 'any') return this.#all(formula.parts.map((each) => () => this.whereTrue(each))); if (formula.join === 'all') return this.#any(",
      ],
    ],
  ],
  [
    'xone compared as or',
    [
      [
        'compare/formula.ts',
        'return this.#exactlyOne(formula.parts);',
        'return this.#any(formula.parts.map((each) => this.whereTrue(each)));',
      ],
    ],
  ],
  [
    'xone false when two hold, forgotten',
    [
      [
        'compare/formula.ts',
        'return this.#noneOrTwo(formula.parts);',
        'return this.#all(formula.parts.map((each) => () => this.whereFalse(each)));',
      ],
    ],
  ],
  [
    'a prohibition of the offer forgotten',
    [
      [
        'compare/rules.ts',
        "for (const prohibition of rulesOf(offer, 'prohibition', universe)) {",
        "for (const prohibition of rulesOf(offer, 'prohibition', universe).slice(1)) {",
      ],
    ],
  ],
  [
    'a prohibition of the request taken twice as wide',
    [['compare/rules.ts', 'rest = universe.judge.spared(rest, universe.rule(policy, prohibition));', 'rest = [];']],
  ],
  [
    'where a request is barred in doubt, it is taken to be spared',
    [
      [
        'compare/formula.ts',
        'rest = space.subtractAll(rest, isFalse);',
        'rest = space.subtractAll(rest, this.whereTrue(part));',
      ],
    ],
  ],
  [
    'an unknown fact taken for a known one',
    [
      [
        'compare/status.ts',
        'return setOf(Array.from({ length: enough }',
        'return setOf([0, ...Array.from({ length: enough }',
      ],
      ['compare/status.ts', '* this.#sources.length + at));', '* this.#sources.length + at)]);'],
    ],
  ],
  [
    'a demanded source ignored',
    [['compare/status.ts', 'source === undefined ? this.#sources.length :', 'true ? this.#sources.length :']],
  ],
  [
    'units ignored',
    [
      ['compare/status.ts', 'atoms.map(({ unit }) => unit)', 'atoms.slice(0, 1).map(({ unit }) => unit)'],
      ['compare/status.ts', 'this.#units.indexOf(unit)', '0 * this.#units.indexOf(unit)'],
    ],
  ],
  [
    'facts known only so far forgotten',
    [
      [
        'compare/quantity.ts',
        'space.add(ranks, about);\n    space.add(ranks, about);',
        'space.add(ranks, about);\n    space.add(ranks, about);\n    space.link(this.#first, (box) => intersection(space.at(box, this.#first + 1), space.at(box, this.#first + 2)).length > 0);',
      ],
    ],
  ],
  [
    'several names forgotten',
    [
      [
        'compare/held.ts',
        'const may = forced.length > 0 ?',
        'if (forced.length > 1) return;\n    const may = forced.length > 0 ?',
      ],
    ],
  ],
  [
    'isAllOf as isAnyOf',
    [
      ['compare/terms.ts', "      case 'isAllOf':\n        return this.#allOf(wanted, where);\n", ''],
      ['compare/terms.ts', "      case 'isAnyOf':\n", "      case 'isAnyOf':\n      case 'isAllOf':\n"],
    ],
  ],
  [
    'an unmentioned name forgotten',
    [
      [
        'compare/terms.ts',
        'classes: classesOf(atoms.map(wantedBy), exact),',
        'classes: classesOf(atoms.map(wantedBy), exact).slice(0, -1),',
      ],
    ],
  ],
  ['a relation taken for granted', [['compare/terms.ts', 'return inner === outer ||', 'return inner !== outer ||']]],
  [
    'a duty forgotten',
    [['compare/universe.ts', '...(counted ? this.dutiesOf(rule)', '...(!counted ? this.dutiesOf(rule)']],
  ],
  [
    'an action taken for its wider one',
    [
      [
        'compare/actions.ts',
        'return this.#where(this.#set(actionsWithin(action)));',
        "return this.#where(this.#set(actionsWithin(action === 'read' ? 'use' : action)));",
      ],
    ],
  ],
  [
    'the refinement of an action forgotten',
    [
      [
        'compare/universe.ts',
        '[...rule.constraints, ...rule.actionRefinements].flatMap((each) =>',
        '[...rule.constraints].flatMap((each) =>',
      ],
    ],
  ],
  ['an assignee forgotten', [['compare/universe.ts', '...of(this.assignees, rule.assignees, policy.assignees),', '']]],
  [
    'counts of one more use',
    [
      [
        'compare/clock.ts',
        'atMost: (value) => [[Number.NEGATIVE_INFINITY, Math.floor(value)]]',
        'atMost: (value) => [[Number.NEGATIVE_INFINITY, Math.floor(value) + 1]]',
      ],
    ],
  ],
  [
    'lteq read as lt, in deciding and comparing alike',
    [
      ['compare/ends.ts', 'isTrue: [{ high: scale.atMost(low) }]', 'isTrue: [{ high: scale.below(low) }]'],
      ['decide/condition.ts', 'return b <= c ? true : a > d ?', 'return b < c ? true : a > d ?'],
    ],
  ],
  [
    'a prohibition in doubt lets pass, in deciding and comparing alike',
    [
      [
        'compare/formula.ts',
        'rest = space.subtractAll(rest, isFalse);',
        'rest = space.subtractAll(rest, this.whereTrue(part));',
      ],
      ['decide/decide.ts', 'if (truth !== false) return', 'if (truth === true) return'],
    ],
  ],
];

const z3 = z3Version().version !== undefined;
let unnoticed = 0;
for (const [what, changes] of breaks) {
  const { fuzz, verdictsOf } = await importTesting('fuzz', broken(changes));
  const { unsound } = fuzz(20_270_101, pairs, 300);
  const held = unsound.length > 0 || (z3 && (await checkByZ3(verdictsOf, 20_270_101, pairs)).wrong.length > 0);
  if (!held) unnoticed += 1;
  print(`${held ? 'noticed' : 'NOT NOTICED'}: ${what} (${unsound.length > 0 ? 'points' : 'z3'})`);
}
print(`${breaks.length} breaks, ${unnoticed} not noticed`);
process.exitCode = unnoticed > 0 ? 1 : 0;

function broken(changes) {
  const folder = temporaryFolder();
  cpSync(join(root, 'policies/src'), join(folder, 'policies/src'), { recursive: true });
  cpSync(join(root, 'policies/package.json'), join(folder, 'policies/package.json'));
  cpSync(join(root, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
  mkdirSync(join(folder, 'interop/policies'), { recursive: true });
  const config = JSON.parse(readFileSync(join(root, 'interop/policies/tsconfig.json'), 'utf8'));
  // What is broken need not be well typed.
  config.compilerOptions.noCheck = true;
  writeFileSync(join(folder, 'interop/policies/tsconfig.json'), JSON.stringify(config));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, from, to] of changes) {
    const path = join(folder, 'policies/src', file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no longer: ${from}`);
    writeFileSync(path, text.replace(from, to));
  }
  return join(folder, 'interop/policies');
}
