import type { Operand } from '../odrl/scale.js';

/** What a profile adds to ODRL: one table of terms with their types. */
export interface Profile {
  /** What a policy names it by; the spelling that is written first. */
  readonly iris: readonly string[];
  /** For people. */
  readonly name: string;
  /** Namespaces of its terms, by the prefix they are shortened with. */
  readonly prefixes?: Readonly<Record<string, string>>;
  /** Contexts (`@context`) that define exactly these terms: naming one declares the profile. */
  readonly contexts?: readonly string[];
  readonly operands?: readonly Operand[];
  readonly actions?: readonly ProfileAction[];
  /** Its terms may be written without prefix where it is declared, as its own context defines them. */
  readonly bare?: boolean;
  /** Its terms are absolute IRIs nobody else can mean, and are read without the profile being declared. */
  readonly undeclared?: boolean;
}

export interface ProfileAction {
  readonly term: string;
  /** The action it is a kind of; `null`: of none. */
  readonly includedIn: string | null;
  /** Actions that must not be prohibited for it to be possible (Information Model, 2.3). */
  readonly implies?: readonly string[];
}
