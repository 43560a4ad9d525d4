/** The preview page of development. */
import { compose, LANGUAGES } from './domain/compose.js';
import { samples } from './domain/samples.js';

/** undefined where there is no such letter or language. */
export function previewOf(kind: string, language: string, publicUrl: string): string | undefined {
  const content = samples.find((one) => one.kind === kind);
  if (content === undefined || !Object.hasOwn(LANGUAGES, language)) return undefined;
  const reader = { name: 'Sam Sample', locale: language, timeZone: 'Europe/Berlin' };
  return compose(content, reader, publicUrl).html;
}

export const previewList = (): string => {
  const links = (kind: string) =>
    Object.keys(LANGUAGES).map(
      (language) => `<a href="?kind=${kind}&amp;language=${language}">${language}</a>`,
    );
  const rows = samples.map(({ kind }) => `<li>${kind}: ${links(kind).join(' ')}</li>`);
  return `<!doctype html><title>Letters</title><h1>Letters</h1><ul>${rows.join('')}</ul>`;
};
