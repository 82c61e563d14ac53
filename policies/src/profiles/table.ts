import { axisProfile } from './axis.js';
import { catenaX2405Profile, catenaXProfile } from './catena-x.js';
import { causewayProfile } from './causeway.js';
import { coreProfile, dspProfile } from './dsp.js';
import { idsProfile } from './ids.js';
import type { Profile } from './profile.js';

/** The profiles known here. A policy that names any other is refused. */
export const allProfiles: readonly Profile[] = [
  coreProfile,
  dspProfile,
  idsProfile,
  catenaXProfile,
  catenaX2405Profile,
  causewayProfile,
  axisProfile,
];
