import { extension } from '../dsp/vocabulary.js';
import { descriptionOf } from '../inspect/summary.js';
import type { Access, Dataset, JsonObject } from '../model.js';

/** What everybody who sees a dataset at all is shown of it, as members of a DSP Dataset. */
export function described(dataset: Dataset): JsonObject {
  const description = descriptionOf(dataset);
  const titles = (['zh', 'en'] as const).flatMap((language) => {
    const title = dataset.title[language];
    return title === undefined ? [] : [{ '@value': title, '@language': language }];
  });
  return {
    ...(titles.length === 0 ? {} : { 'dct:title': titles }),
    ...(description === undefined ? {} : { 'dct:description': description }),
    ...(dataset.keywords.length === 0 ? {} : { 'dcat:keyword': [...dataset.keywords] }),
    ...(dataset.category === undefined ? {} : { 'dcat:theme': dataset.category }),
    [extension.version]: dataset.source.version,
  };
}

/** What a distribution says of the bytes. */
export function weighed(dataset: Dataset): JsonObject {
  return {
    'dcat:mediaType': dataset.mediaType,
    'dcat:byteSize': { '@value': String(dataset.source.bytes), '@type': 'xsd:nonNegativeInteger' },
  };
}

/** One way to see a dataset, and what is seen so, as a text: equal as long as nothing changes for whoever sees it. */
export interface Sight {
  readonly access: Access;
  readonly text: string;
}

/** Every way to see a dataset, by the key of the access. None shows what is withdrawn. */
export function sightsOf(dataset: Dataset | undefined): ReadonlyMap<string, Sight> {
  const sights = new Map<string, Sight>();
  if (dataset === undefined || dataset.withdrawn !== undefined) return sights;
  const common = JSON.stringify([described(dataset), weighed(dataset)]);
  for (const { policy, access } of dataset.offers) {
    const offered = JSON.stringify(policy);
    for (const one of access) {
      const name = accessKey(one).join(' ');
      sights.set(name, { access: one, text: `${sights.get(name)?.text ?? common}\n${offered}` });
    }
  }
  return sights;
}

/** The parts of a store key that an access is found under. */
export function accessKey({ to, condition }: Access): [to: string, condition: string] {
  return [to, condition ?? ''];
}

/** Whether offers that stay have changed places: then it may look different to whoever sees two of them. */
export function reordered(before: Dataset | undefined, after: Dataset): boolean {
  const ids = (dataset: Dataset | undefined) => (dataset?.offers ?? []).map(({ id }) => id);
  const [old, fresh] = [ids(before), ids(after)];
  const stayed = old.filter((id) => fresh.includes(id));
  return stayed.join('\n') !== fresh.filter((id) => old.includes(id)).join('\n');
}
