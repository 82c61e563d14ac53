import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;

export interface LoggerOptions {
  /** The service's name, on every line. */
  readonly service: string;
  /** `trace`, `debug`, `info` (the default), `warn`, `error`, `fatal` or `silent`. */
  readonly level?: string;
  /** Standard error unless told: standard output belongs to results. */
  readonly destination?: DestinationStream;
}

const hidden = '[redacted]';

// By the name of the member, down to the third level …
const secretNames = [
  'accessToken',
  'apiKey',
  'attributeToken',
  'authorization',
  'Authorization',
  'cookie',
  'invitation',
  'invitationCode',
  'oneTimeCode',
  'password',
  'privateKey',
  'secret',
  'token',
  'transferToken',
  '["x-api-key"]',
];

// … and by the look of the value wherever it stands, the message and a nested error's text included.
const secretLooks: readonly RegExp[] = [
  /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g,
  /\bBearer\s+[^\s"\\,]+/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?="))/gs,
];

/** A logger of JSON lines that lets no token, key or one-time code through. */
export function createLogger(options: LoggerOptions): Logger {
  const destination = options.destination ?? pino.destination({ fd: 2, sync: true });
  return pino(
    {
      name: options.service,
      level: options.level ?? 'info',
      redact: { paths: secretNames.flatMap(atEveryDepth), censor: hidden },
    },
    { write: (line: string) => destination.write(scrub(line)) },
  );
}

/** Says nothing. */
export const silentLogger: Logger = pino({ level: 'silent' });

/** The text without what looks like a token or a private key. */
export function scrub(text: string): string {
  return secretLooks.reduce((scrubbed, look) => scrubbed.replace(look, hidden), text);
}

function atEveryDepth(name: string): string[] {
  return ['', '*', '*.*'].map((above) => (name.startsWith('[') || above === '' ? above + name : `${above}.${name}`));
}
