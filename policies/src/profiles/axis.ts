import { operand } from '../odrl/scale.js';
import type { Profile } from './profile.js';

const namespace = 'http://w3id.org/odrl/spatial-axis#';
const axes: Readonly<Record<string, readonly string[]>> = {
  absoluteSize: ['Width', 'Height', 'Depth'],
  relativeSize: ['Width', 'Height', 'Depth'],
  absolutePosition: ['X', 'Y', 'Z'],
  relativePosition: ['X', 'Y', 'Z'],
  absoluteSpatialPosition: ['X', 'Y', 'Z'],
  relativeSpatialPosition: ['X', 'Y', 'Z'],
  spatialCoordinates: ['Latitude', 'Longitude', 'Altitude'],
};

/**
 * One number for each axis of the operands that have several, so that they can be decided. The published policies that use them
 * declare no profile; the names are absolute IRIs that nobody else gives a meaning.
 */
export const axisProfile: Profile = {
  iris: [namespace, namespace.slice(0, -1)],
  name: 'ODRL spatial axes',
  operands: Object.entries(axes).flatMap(([name, parts]) =>
    parts.map((part) => operand(`${namespace}${name}${part}`, 'number')),
  ),
  undeclared: true,
};
