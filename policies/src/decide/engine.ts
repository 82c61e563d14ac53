/** Names the rules by which decisions are taken; in every decision record. Raised when a verdict could change. */
export const engineVersion = 'causeway-policies/2';
