import { oneOf, text } from '../json/shape.js';

// Members that statements of several types have.
export const version = oneOf('1');
export const pid = text(500, /^.+$/su, 'a process id');
export const salt = text(22, /^[A-Za-z0-9_-]{21}[AQgw]$/, '128 random bits in base64url');
