import { Option } from 'commander';

export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

/** A text in every language there is. */
export type Words = Readonly<Record<Language, string>>;

/** The language of people's words: Chinese where `LANG` begins with zh, English elsewhere. */
export function language(env: NodeJS.ProcessEnv = process.env): Language {
  return env.LANG?.startsWith('zh') ? 'zh' : 'en';
}

/** A text in the language of the terminal. */
export function words(text: Words, chosen: Language = language()): string {
  return text[chosen];
}

/** `--lang`, of every command: the language for this once. */
export function langOption(): Option {
  return new Option('--lang <language>', 'language of what people read: en or zh (default by LANG)').choices(languages);
}
