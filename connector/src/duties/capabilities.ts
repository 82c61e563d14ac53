/**
 * What a consumer's connector does by itself after delivery, as ODRL actions. An obligation to anything else is refused at
 * publication, unless its author marks it as declared only.
 */
export const keptObligations = ['delete', 'inform', 'idsc:log'] as const;
export type KeptObligation = (typeof keptObligations)[number];

export function isKept(action: string): action is KeptObligation {
  return keptObligations.some((one) => one === action);
}
