export { type TestIdentityOptions, type TestServices, type TestTrust, testTrust } from './test-trust.js';
